using System.Text.Json;
using System.Text.RegularExpressions;
using TenantHub.Autodesk.Catalog;

namespace TenantHub.Autodesk.Isolation;

/// <summary>
/// What must be true of an action so that accounts of one client id stay apart: every id is declared, what is declared to lie inside
/// something has that something in the path, and whatever is under no account, project or bucket is kept apart by a record.
/// </summary>
internal static partial class IsolationCheck
{
    public static IEnumerable<string> Faults(ActionDefinition action)
    {
        foreach (var parameter in action.Parameters.Where(parameter => parameter is { Fill: null, RefersTo: null, Enum: null }))
        {
            if (parameter.In is ParameterPlace.Path || IdName().IsMatch(parameter.Name))
                yield return $"refersTo is missing: it is not said what {parameter.Name} names.";
        }

        foreach (var path in BodyIds(action).Where(path => !action.Body!.RefersTo.ContainsKey(path)))
            yield return $"refersTo is missing: it is not said what body.{path} names.";
        foreach (var path in (action.Body?.RefersTo.Keys ?? []).Where(path => !Strings(action).Contains(path)))
            yield return $"refersTo names body.{path}, which the schema does not have.";

        var place = Container(action);
        foreach (var kind in KindsOf(action).Distinct())
        {
            if (kind is ResourceKind.Filter && action.Paging is null)
                yield return "only lists are filtered.";
            if (kind is ResourceKind.Filter && place is null && action.Paging?.Own is null)
                yield return "a filter needs a list that shows own rows only.";
            if (!NamedResource.IsGuarded(kind) && kind is not (ResourceKind.None or ResourceKind.Filter) && place is null)
                yield return $"a {kind} needs its account, project or object in the path.";
            if (kind is ResourceKind.Upload && place is not ResourceKind.Object)
                yield return "an Upload needs its object in the path.";
            if (kind is ResourceKind.CopiedVersion && place is not ResourceKind.Project)
                yield return "a CopiedVersion needs a project in the path.";
        }

        if (place is null && action.Paging?.Own is null && action.Creates.Count == 0)
            yield return "nothing keeps it to the account: no account, project, bucket, webhook or URL in the path, no own rows, nothing created.";
        foreach (var source in action.Creates.Values.Where(source => !SourcePattern().IsMatch(source)))
            yield return $"creates has the source {source}, which is neither body.member nor answer.member.";
        foreach (
            var kind in action.Creates.Keys.Where(kind => kind is not (ResourceKind.Bucket or ResourceKind.Object or ResourceKind.Webhook))
        )
            yield return $"creates names a {kind}, of which no record is kept.";
        foreach (
            var kind in action.Shows.Values.Where(kind =>
                kind
                    is not (
                        ResourceKind.Project
                        or ResourceKind.Folder
                        or ResourceKind.Version
                        or ResourceKind.Object
                        or ResourceKind.SignedUrl
                    )
            )
        )
            yield return $"shows names a {kind}, which is not remembered.";
        if (action.Shows.Count > 0 && place is null)
            yield return "shows needs something in the path that is the account's.";
        if (action.Deletes is { } gone && !KindsOf(action).Contains(gone))
            yield return $"deletes names a {gone}, which is not in the path.";
    }

    /// <summary>The kinds of everything that the input may name.</summary>
    public static IEnumerable<ResourceKind> KindsOf(ActionDefinition action) =>
        action.Parameters.Select(parameter => parameter.RefersTo).OfType<ResourceKind>().Concat(action.Body?.RefersTo.Values ?? []);

    /// <summary>The innermost thing in the path that is shown to be the account's and holds whatever else the input names.</summary>
    private static ResourceKind? Container(ActionDefinition action)
    {
        var kinds = action
            .Parameters.Where(parameter => parameter.In is ParameterPlace.Path)
            .Select(parameter => parameter.RefersTo)
            .ToList();
        foreach (
            var kind in new[]
            {
                ResourceKind.Object,
                ResourceKind.Bucket,
                ResourceKind.Webhook,
                ResourceKind.SignedUrl,
                ResourceKind.Project,
            }
        )
        {
            if (kinds.Contains(kind))
                return kind;
        }

        return action.Parameters.Any(parameter =>
            parameter is { In: ParameterPlace.Path, Fill: AccountValue.AccountId or AccountValue.HubId }
        )
            ? ResourceKind.Hub
            : null;
    }

    private static IEnumerable<string> BodyIds(ActionDefinition action) =>
        Strings(action).Where(path => IdName().IsMatch(path.Split('.')[^1].Replace("[]", "", StringComparison.Ordinal)));

    private static IEnumerable<string> Strings(ActionDefinition action) => action.Body is { } body ? Strings(body.Schema, "") : [];

    /// <summary>Where the schema has strings of any value.</summary>
    private static IEnumerable<string> Strings(JsonElement schema, string path)
    {
        if (schema.TryGetProperty("enum", out _))
            return [];
        if (schema.TryGetProperty("items", out var items))
            return Strings(items, path + "[]");
        if (schema.TryGetProperty("properties", out var properties))
            return properties
                .EnumerateObject()
                .SelectMany(member => Strings(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}"));
        if (!schema.TryGetProperty("type", out var type))
            return [];
        return type.ValueKind is JsonValueKind.Array
            ? type.EnumerateArray().Any(one => one.ValueEquals("string"))
                ? [path]
                : []
            : type.ValueEquals("string")
                ? [path]
                : [];
    }

    [GeneratedRegex(@"(^|[-_\[])[iI]ds?\]?$|Ids?\]?$|Key$|Urn$|^copyFrom$|^tenant$|\[\*\]$")]
    private static partial Regex IdName();

    [GeneratedRegex(@"^(body|answer)(\.[A-Za-z]+)+\z")]
    private static partial Regex SourcePattern();
}
