using System.Text.Json;
using Xunit;

namespace TenantHub.Autodesk.Catalog;

/// <summary>TenantHub is not stricter than Autodesk's own OpenAPI files: what they allow is passed on (autodesk-openapi.txt beside this
/// file).</summary>
public sealed class OpenApiTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    /// <summary>Where the catalog differs on purpose, and why. One that is not needed any more fails the test.</summary>
    private static readonly Dictionary<string, string> OnPurpose = new()
    {
        ["autodesk_create_bucket headers region"] = "the HTTP reference says x-ads-region, which is sent",
        ["autodesk_create_item query x-user-id"] = "a defect of the file: it is a header",
        ["autodesk_create_business_units body business_units required"] =
            "the call puts the whole structure anew: without it everything would go",
        ["autodesk_list_webhooks query region"] = "the header x-ads-region wins, and the linked account fills it in",
        ["autodesk_list_webhooks_by_system query region"] = "the same",
        ["autodesk_get_webhook query region"] = "the same",
        ["autodesk_create_webhook query region"] = "the same",
        ["autodesk_update_webhook query region"] = "the same",
        ["autodesk_delete_webhook query region"] = "the same",
    };

    [Fact]
    public void Catalog_AllowsWhatAutodesksFilesAllow()
    {
        var (differences, actions) = (new List<string>(), 0);
        foreach (var (action, inputs) in Read())
        {
            actions++;
            differences.AddRange(Differences(Catalog.Find(action)!, inputs).Select(difference => $"{action} {difference}"));
        }

        Assert.Equal(46, actions); // Of 51: three are in no file, two carry files and are no calls of Autodesk's API.
        Assert.Equal(OnPurpose.Keys.Order(), differences.Distinct().Order());
    }

    private static IEnumerable<string> Differences(
        ActionDefinition action,
        List<(string Place, string Name, string[]? Words, bool Required)> inputs
    )
    {
        foreach (var (place, name, words, _) in inputs.Where(input => input.Place != "body"))
        {
            var where = place == "query" ? ParameterPlace.Query : ParameterPlace.Header;
            var parameter =
                action.FindParameter(where, name)
                ?? (name.StartsWith("filter[", StringComparison.Ordinal) ? action.FindParameter(where, "filter[*]") : null);
            if (parameter is null)
                yield return $"{place} {name}";
            else if (parameter.Enum is { } ours && (words is null || words.Except(ours).Any()))
                yield return $"{place} {name} words";
        }

        foreach (var parameter in action.Parameters.Where(parameter => parameter is { In: ParameterPlace.Query, Required: true }))
        {
            if (!inputs.Any(input => input.Place == "query" && input.Name == parameter.Name && input.Required))
                yield return $"query {parameter.Name} required";
        }

        if (action.Body is not { } body)
            yield break;
        foreach (var (_, path, words, required) in inputs.Where(input => input.Place == "body"))
        {
            var (schema, known, demanded) = Find(body.Schema, path);
            if (!known)
                yield return $"body {path}";
            else if (
                schema is { } found
                && found.TryGetProperty("enum", out var ours)
                && (words is null || words.Except(ours.EnumerateArray().Select(word => word.ToString())).Any())
            )
                yield return $"body {path} words";
            if (demanded && !required)
                yield return $"body {path} required";
        }
    }

    /// <summary>The schema at the path; null, but known, where an object is open for anything.</summary>
    private static (JsonElement? Schema, bool Known, bool Required) Find(JsonElement schema, string path)
    {
        var required = false;
        foreach (var segment in path.Split('.'))
        {
            var name = segment.Replace("[]", "", StringComparison.Ordinal);
            if (!schema.TryGetProperty("properties", out var properties) || !properties.TryGetProperty(name, out var member))
                return (
                    null,
                    !schema.TryGetProperty("additionalProperties", out var more) || more.ValueKind is not JsonValueKind.False,
                    false
                );
            required = schema.TryGetProperty("required", out var names) && names.EnumerateArray().Any(one => one.ValueEquals(name));
            schema = member;
            for (var depth = segment.Length - name.Length; depth > 0; depth -= 2)
            {
                required = false;
                if (!schema.TryGetProperty("items", out schema))
                    return (null, true, false);
            }
        }

        return (schema, true, required);
    }

    private static IEnumerable<(string Action, List<(string Place, string Name, string[]? Words, bool Required)> Inputs)> Read()
    {
        using var stream = typeof(OpenApiTests).Assembly.GetManifestResourceStream("autodesk-openapi.txt")!;
        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#')).ToList();
        for (var start = 0; start < lines.Count; )
        {
            var inputs = lines.Skip(start + 1).TakeWhile(line => line.StartsWith(' ')).ToList();
            yield return (
                lines[start],
                [
                    .. inputs.SelectMany(line =>
                        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var place, .. var names]
                            ? names.Select(name => Input(place, name))
                            : []
                    ),
                ]
            );
            start += 1 + inputs.Count;
        }
    }

    private static (string Place, string Name, string[]? Words, bool Required) Input(string place, string text)
    {
        var parts = Uri.UnescapeDataString(text.TrimEnd('!')).Split('=', 2);
        return (place, parts[0], parts.Length == 2 ? parts[1].Split('|') : null, text.EndsWith('!'));
    }
}
