using System.Text.Json;

namespace TenantHub.Autodesk.Isolation;

/// <summary>
/// Where ids stand in a JSON document: <c>data.id</c>, <c>included[].relationships.storage.data.id</c>; <c>data[folders].id</c> takes the
/// elements whose <c>type</c> is folders.
/// </summary>
internal static class IdPath
{
    /// <summary>The strings at the path. What is not there, or is no string, is no id.</summary>
    public static IEnumerable<string> Read(JsonElement root, string path) =>
        Find(root, path).Select(element => element.Text()).OfType<string>();

    /// <summary>Whether one of the rules (<see cref="Catalog.ActionBody.DestroysWith"/>) holds for a document.</summary>
    public static bool Has(JsonBytes json, IReadOnlyDictionary<string, string> rules)
    {
        using var document = JsonDocument.Parse(json.Memory);
        return rules.Any(rule =>
            Find(document.RootElement, rule.Key)
                .Select(element => element.Text() ?? element.GetRawText())
                .Any(value => rule.Value.Split('|').Any(wanted => Is(value, wanted)))
        );
    }

    /// <summary>Whether a value somewhere in a document is empty: null, a text of blanks, or a list of nothing.</summary>
    public static bool HasEmpty(JsonBytes json)
    {
        using var document = JsonDocument.Parse(json.Memory);
        return HasEmpty(document.RootElement);
    }

    private static bool HasEmpty(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => true,
            JsonValueKind.String => string.IsNullOrWhiteSpace(value.GetString()),
            JsonValueKind.Array => value.GetArrayLength() == 0 || value.EnumerateArray().Any(HasEmpty),
            JsonValueKind.Object => value.EnumerateObject().Any(member => HasEmpty(member.Value)),
            _ => false,
        };

    private static bool Is(string value, string wanted) =>
        wanted.StartsWith('*')
            ? value.EndsWith(wanted[1..], StringComparison.OrdinalIgnoreCase)
            : value.Equals(wanted, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<JsonElement> Find(JsonElement root, string path)
    {
        IEnumerable<JsonElement> found = [root];
        foreach (var segment in path.Split('.'))
        {
            var (name, type) = Split(segment);
            found = found.SelectMany(element => element.Member(name) is { } member ? Members(member, type) : []);
        }

        return found;
    }

    private static (string Name, string? Type) Split(string segment)
    {
        var open = segment.IndexOf('[', StringComparison.Ordinal);
        return open < 0 ? (segment, null) : (segment[..open], segment[(open + 1)..^1]);
    }

    private static IEnumerable<JsonElement> Members(JsonElement member, string? type)
    {
        if (type is null)
            return [member];
        if (member.ValueKind is not JsonValueKind.Array)
            return [];
        return type.Length == 0 ? member.EnumerateArray() : member.EnumerateArray().Where(element => IsOf(element, type));
    }

    private static bool IsOf(JsonElement element, string type) => element.Text("type") == type;
}
