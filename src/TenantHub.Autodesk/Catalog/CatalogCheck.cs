using System.Text.Json;
using System.Text.RegularExpressions;
using TenantHub.Autodesk.Isolation;

namespace TenantHub.Autodesk.Catalog;

/// <summary>What must be true of the catalog's data. Every fault is listed, so that a broken edit is mended in one go.</summary>
internal static partial class CatalogCheck
{
    /// <param name="all">The actions.</param>
    /// <param name="checks">The reads that TenantHub makes for itself.</param>
    /// <param name="groups">Autodesk's limits.</param>
    public static IReadOnlyList<string> Faults(
        IReadOnlyList<ActionDefinition> all,
        IReadOnlyList<ActionDefinition> checks,
        IReadOnlyDictionary<string, QuotaGroup> groups
    )
    {
        var faults = new List<string>();
        foreach (var role in Enum.GetValues<ActionRole>())
        {
            if (all.Concat(checks).Count(action => action.Role == role) is not 1 and var count)
                faults.Add($"The role {role} is given to {count} actions instead of one.");
        }

        faults.AddRange(
            all.GroupBy(action => action.Id).Where(same => same.Count() > 1).Select(same => $"{same.Key} is declared {same.Count()} times.")
        );
        var ids = all.Select(action => action.Id).ToHashSet();
        foreach (var action in all.Where(action => action.ReadBack is not null))
            faults.AddRange(FaultsOfReadBack(action, all).Select(fault => $"{action.Id}: {fault}"));
        foreach (var action in all.Concat(checks))
            faults.AddRange(FaultsOf(action, ids, groups).Concat(IsolationCheck.Faults(action)).Select(fault => $"{action.Id}: {fault}"));
        return faults;
    }

    private static IEnumerable<string> FaultsOf(
        ActionDefinition action,
        HashSet<string> ids,
        IReadOnlyDictionary<string, QuotaGroup> groups
    )
    {
        if (!IdPattern().IsMatch(action.Id))
            yield return "the id must look like autodesk_list_hubs.";
        foreach (var scope in action.Scopes.Where(scope => !AutodeskScopes.All.Contains(scope)))
            yield return $"the scope {scope} is not known.";
        if (!action.Scopes.SequenceEqual(action.Scopes.Order(StringComparer.Ordinal)))
            yield return "the scopes must be sorted.";
        if (action.QuotaGroupName is { } group && !groups.ContainsKey(group))
            yield return $"the quota group {group} is not known.";
        if (action.Kind is ActionKind.Http && action.QuotaGroupName is null)
            yield return "the quota group is missing.";
        if (action.Kind is ActionKind.Http && (action.Scopes.Count == 0 || action.ApiProduct is null))
            yield return "scopes and API product are missing.";
        if (action.ApiProduct is { } product && !ApiProducts.All.Contains(product))
            yield return $"the API product {product} is not known.";
        if (action.Safety is ActionSafety.Read != (action.Method == "GET"))
            yield return "reads are GET and only reads are.";
        if (action.Safety is ActionSafety.Read && !action.RetrySafe)
            yield return "a read may always be repeated.";
        if (action.Success.Count == 0)
            yield return "the success statuses are missing.";
        if (action.Body is not null && action.Method is "GET" or "DELETE")
            yield return $"a {action.Method} has no body.";
        if (action is { Method: "PATCH" or "PUT", Safety: not ActionSafety.Destructive, Body: { } change })
        {
            foreach (var list in Lists(change.Schema, "").Where(list => !change.DestroysWith.ContainsKey(list)))
                yield return $"the list {list} may replace the one before: destroysWith must name it, or the action be destructive.";
        }

        foreach (var rule in action.Body?.DestroysWith.Keys.Where(rule => !IsDeclared(action.Body.Schema, rule)) ?? [])
            yield return $"destroysWith names {rule}, which the body does not have.";

        var placeholders = Placeholder().Matches(action.Path).Select(match => match.Groups[1].Value).Order().ToList();
        var inPath = action
            .Parameters.Where(parameter => parameter.In is ParameterPlace.Path)
            .Select(parameter => parameter.Name)
            .Order()
            .ToList();
        if (action.Kind is not ActionKind.Composite && !placeholders.SequenceEqual(inPath))
            yield return $"the path has {string.Join(",", placeholders)}, the parameters have {string.Join(",", inPath)}.";
        foreach (
            var parameter in action.Parameters.Where(parameter => parameter is { In: ParameterPlace.Path, Required: false, Fill: null })
        )
            yield return $"the path parameter {parameter.Name} must be required.";
        foreach (var same in action.Parameters.GroupBy(parameter => (parameter.In, parameter.Name)).Where(same => same.Count() > 1))
            yield return $"the parameter {same.Key.Name} is declared twice.";

        foreach (var step in action.Steps.Where(step => !ids.Contains(step)))
            yield return $"the step {step} is no action.";
        if (action.Kind is ActionKind.Composite != action.Steps.Count > 0)
            yield return "a composite has steps, and only a composite has.";
        foreach (var native in new[] { action.Paging?.Position, action.Paging?.Size }.OfType<string>())
        {
            if (action.FindParameter(ParameterPlace.Query, native) is null)
                yield return $"the paging parameter {native} is not declared.";
        }

        foreach (var pattern in Patterns(action).Where(pattern => !IsExact(pattern)))
            yield return $"the pattern {pattern} must be anchored with ^ and \\z, and name its characters: in .NET $ allows a newline after it, and \\d, \\w and \\s hold every script's.";

        if (action.RequiresActingUser && action.Parameters.All(parameter => parameter.Fill is not AccountValue.ActingUser))
            yield return "an acting user is required and no header carries it.";
    }

    private static IEnumerable<string> FaultsOfReadBack(ActionDefinition action, IReadOnlyList<ActionDefinition> all)
    {
        var readBack = action.ReadBack!;
        if (action.Safety is ActionSafety.Read || action.RetrySafe)
            yield return "only a write that may not be repeated is read back.";
        if (all.FirstOrDefault(read => read.Id == readBack.Action) is not { Safety: ActionSafety.Read } look)
        {
            yield return $"readBack names {readBack.Action}, which is no read.";
            yield break;
        }

        foreach (
            var parameter in look.Parameters.Where(parameter =>
                parameter is { In: ParameterPlace.Path, Fill: null } && !readBack.Path.ContainsKey(parameter.Name)
            )
        )
            yield return $"readBack lacks the path parameter {parameter.Name}.";
        foreach (var name in readBack.Query.Keys.Where(name => look.FindParameter(ParameterPlace.Query, name) is null))
            yield return $"readBack names the query {name}, which {look.Id} does not have.";
        foreach (
            var source in readBack
                .Path.Values.Concat(readBack.Query.Values)
                .Concat(readBack.Match.Values)
                .Where(source => !SourcePattern().IsMatch(source))
        )
            yield return $"readBack's source {source} is neither path.name, body.member nor 'literal'.";
    }

    private static IEnumerable<string> Patterns(ActionDefinition action) =>
        action
            .Parameters.Select(parameter => parameter.Pattern)
            .OfType<string>()
            .Concat(action.Body is { } body ? Patterns(body.Schema) : []);

    private static IEnumerable<string> Patterns(JsonElement schema) =>
        schema.ValueKind switch
        {
            JsonValueKind.Array => schema.EnumerateArray().SelectMany(Patterns),
            JsonValueKind.Object => schema
                .EnumerateObject()
                .SelectMany(member =>
                    member is { Name: "pattern", Value.ValueKind: JsonValueKind.String }
                        ? [member.Value.GetString()!]
                        : Patterns(member.Value)
                ),
            _ => [],
        };

    /// <summary>Where lists stand in a body.</summary>
    private static IEnumerable<string> Lists(JsonElement schema, string at) =>
        schema.Member("properties") is not { } members
            ? []
            : members
                .EnumerateObject()
                .SelectMany(member =>
                    member.Value.Text("type") == "array" ? [at + member.Name] : Lists(member.Value, $"{at}{member.Name}.")
                );

    private static bool IsDeclared(JsonElement schema, string path) =>
        path.Split('.').Aggregate((JsonElement?)schema, (parent, name) => parent?.Member("properties")?.Member(name)) is not null;

    private static bool IsExact(string pattern) =>
        pattern.StartsWith('^') && pattern.EndsWith("\\z", StringComparison.Ordinal) && !Loose().IsMatch(pattern);

    [GeneratedRegex(@"(?<!\\)(\\\\)*\\[dDwWsSbBpPZA]|\$\z|\$\)|\$\|")]
    private static partial Regex Loose();

    [GeneratedRegex(@"^(path\.[A-Za-z_]+|body(\.[A-Za-z_]+)+|'[^']+')\z")]
    private static partial Regex SourcePattern();

    [GeneratedRegex(@"^autodesk_[a-z0-9]+(_[a-z0-9]+)+\z")]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"\{([^}]+)\}")]
    private static partial Regex Placeholder();
}
