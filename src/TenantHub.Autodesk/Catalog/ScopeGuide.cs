namespace TenantHub.Autodesk.Catalog;

/// <summary>
/// What an Autodesk app and its accounts need for a choice of actions. The guide that admins read, the doctor's checks and the preview of a
/// changed choice all come from here, so they cannot differ from what the runtime demands.
/// </summary>
/// <param name="Actions">The chosen actions, in the catalog's order.</param>
/// <param name="Scopes">Each scope with the actions that it enables.</param>
/// <param name="ApiProducts">Each API product to switch on with the actions that need it.</param>
/// <param name="CustomIntegration">The account-admin actions, which answer 403 until an account admin has added the client id.</param>
/// <param name="ActingUser">The actions for which Autodesk demands an acting user.</param>
public sealed record ScopeGuide(
    IReadOnlyList<string> Actions,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Scopes,
    IReadOnlyDictionary<string, IReadOnlyList<string>> ApiProducts,
    IReadOnlyList<string> CustomIntegration,
    IReadOnlyList<string> ActingUser
)
{
    /// <summary>Gets whether an action works on the customer's own account, rather than on the app's buckets and webhooks.</summary>
    public bool TouchesAccount { get; private init; }

    /// <summary>Gets whether an action works in the account's hub, projects and files.</summary>
    public bool ReadsProjectData { get; private init; }

    /// <summary>Gets whether the customer has to show that it controls the Autodesk account; actions do not decide that, the profile
    /// does.</summary>
    public bool OwnershipProof { get; init; }

    /// <summary>Derives the guide from the chosen actions.</summary>
    public static ScopeGuide For(IEnumerable<ActionDefinition> chosen)
    {
        var actions = chosen.ToList();

        // What is asked to keep accounts apart needs its scope too, also when no chosen action does.
        return new(
            [.. actions.Select(action => action.Id)],
            Group(
                actions.SelectMany(action => action.Scopes.Concat(action.IsolationScopes).Distinct().Select(scope => (scope, action.Id)))
            ),
            Group(actions.Where(action => action.ApiProduct is not null).Select(action => (action.ApiProduct!, action.Id))),
            [.. actions.Where(action => action.RequiresCustomIntegration).Select(action => action.Id)],
            [.. actions.Where(action => action.RequiresActingUser).Select(action => action.Id)]
        )
        {
            TouchesAccount = actions.Any(action => action.TouchesAccount),
            ReadsProjectData = actions.Any(action => action.ReadsProjectData),
        };
    }

    private static SortedDictionary<string, IReadOnlyList<string>> Group(IEnumerable<(string Key, string Action)> pairs) =>
        new(
            pairs
                .GroupBy(pair => pair.Key, pair => pair.Action)
                .ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group]),
            StringComparer.Ordinal
        );
}
