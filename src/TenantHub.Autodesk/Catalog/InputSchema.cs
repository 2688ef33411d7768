using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.Autodesk.Paging;

namespace TenantHub.Autodesk.Catalog;

/// <summary>Derives the JSON Schema of an action's whole input, for the list of actions and for agents.</summary>
internal static class InputSchema
{
    /// <summary>The catalog's format of a file's or folder's name; <see cref="Transfers.AutodeskName"/> has its rule.</summary>
    public const string NameFormat = "autodesk-name";

    public static JsonElement Of(ActionDefinition action)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        AddPlace(action, ParameterPlace.Path, "path", properties, required);
        AddPlace(action, ParameterPlace.Query, "query", properties, required);
        AddPlace(action, ParameterPlace.Header, "headers", properties, required);
        if (action.Body is { } body)
        {
            var schema = JsonNode.Parse(body.Schema.GetRawText())!;
            Publish(schema);
            properties["body"] = schema;
            required.Add("body");
        }

        return JsonSerializer.SerializeToElement(Object(properties, required));
    }

    /// <summary>A pattern as JSON Schema has it, which is ECMAScript's way: there <c>$</c> is the end and nothing else.</summary>
    public static string Published(string pattern) => pattern.EndsWith("\\z", StringComparison.Ordinal) ? pattern[..^2] + "$" : pattern;

    private static void Publish(JsonNode? schema)
    {
        if (schema is JsonArray array)
            foreach (var entry in array)
                Publish(entry);
        if (schema is not JsonObject members)
            return;
        if (members["pattern"] is JsonValue pattern && pattern.TryGetValue(out string? text))
            members["pattern"] = Published(text);
        foreach (var member in members.ToList())
            Publish(member.Value);
    }

    private static void AddPlace(ActionDefinition action, ParameterPlace place, string name, JsonObject into, JsonArray requiredPlaces)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var parameter in action.Parameters.Where(parameter => parameter.In == place))
        {
            properties[parameter.Name] = Schema(parameter);
            if (parameter.Required)
                required.Add(parameter.Name);
        }

        if (place is ParameterPlace.Query && action.Paging is not null)
        {
            properties["page_size"] = new JsonObject
            {
                ["type"] = "integer",
                ["minimum"] = 1,
                ["maximum"] = PageRequest.MaxPageSize,
                ["description"] = "Rows per page, for every list alike.",
            };
            properties["next"] = new JsonObject { ["type"] = "string", ["description"] = "The value of \"next\" in the page before." };
        }

        if (properties.Count == 0)
            return;
        if (required.Count > 0)
            requiredPlaces.Add(name);
        into[name] = Object(properties, required);
    }

    private static JsonObject Object(JsonObject properties, JsonArray required)
    {
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
            schema["required"] = required;
        schema["additionalProperties"] = properties.ContainsKey("filter[*]");
        return schema;
    }

    private static JsonObject Schema(ActionParameter parameter)
    {
        var value = new JsonObject { ["type"] = parameter.Type.ToString().ToLowerInvariant() };
        if (parameter.Enum is { } words)
            value["enum"] = new JsonArray([.. words.Select(word => (JsonNode)word)]);
        if (parameter.Min is { } min)
            value["minimum"] = min;
        if (parameter.Max is { } max)
            value["maximum"] = max;
        if (parameter.MaxLength is { } length)
            value["maxLength"] = length;
        if (parameter.Pattern is { } pattern)
            value["pattern"] = Published(pattern);
        var schema = parameter.Array is null ? value : new JsonObject { ["type"] = "array", ["items"] = value };
        schema["description"] = parameter.Description;
        return schema;
    }
}
