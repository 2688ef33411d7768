namespace TenantHub.Autodesk.Catalog;

/// <summary>What an Autodesk app needs for a choice of actions.</summary>
/// <param name="Scopes">Each scope with the actions that it enables.</param>
/// <param name="ApiProducts">The API products to enable.</param>
/// <param name="NeedsCustomIntegration">Whether an account admin must add the client id as a custom integration.</param>
public sealed record ScopeGuide(IReadOnlyDictionary<string, IReadOnlyList<string>> Scopes, IReadOnlyList<string> ApiProducts, bool NeedsCustomIntegration)
{
    /// <summary>Derives the guide from the chosen actions.</summary>
    public static ScopeGuide For(IEnumerable<ActionDefinition> chosen)
    {
        var actions = chosen.ToList();

        // What is asked to keep accounts apart needs its scope too, also when no chosen action does.
        var scopes = actions.SelectMany(action => action.Scopes.Concat(action.IsolationScopes).Distinct().Select(scope => (scope, action.Id)))
            .GroupBy(pair => pair.scope, pair => pair.Id)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group]);
        return new(scopes, [.. actions.Select(action => action.ApiProduct).OfType<string>().Distinct().Order(StringComparer.Ordinal)], actions.Any(action => action.RequiresCustomIntegration));
    }
}
