using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Paging;
using TenantHub.Server.Transfers;

namespace TenantHub.Server.Mcp;

/// <summary>
/// The input of an action as a tool shows it: the catalog's schema without what an agent need not know. What the account fills in is left
/// out, and Autodesk's own paging, because <c>page_size</c> and <c>next</c> work everywhere. A model reads all of it before each
/// conversation, so it has to be short.
/// </summary>
internal static class ToolSchema
{
    public const string IdempotencyKey = "idempotency_key";
    public const string SignedUrls = "signed_urls";
    public const string Content = "content";

    public static JsonElement Of(ActionDefinition action)
    {
        var schema = JsonNode.Parse(action.InputSchema.GetRawText())!.AsObject();
        var properties = schema["properties"]!.AsObject();
        foreach (var parameter in action.Parameters.Where(parameter => IsLeftOut(action, parameter)))
            (properties[PlaceOf(parameter)]?["properties"] as JsonObject)?.Remove(parameter.Name);
        foreach (var place in properties.ToList().Where(place => place.Value?["properties"] is JsonObject { Count: 0 }))
            properties.Remove(place.Key);
        if (action.Kind is not ActionKind.Http)
            AddContent(properties);
        Shorten(schema);
        if (action.Safety is not ActionSafety.Read)
            properties[IdempotencyKey] = Text("Names this write: a repeat under the same key takes effect once.");
        if (GivesSignedUrls(action))
            properties[SignedUrls] = new JsonObject
            {
                ["type"] = "boolean",
                ["description"] = "true: give the URLs themselves. They grant access.",
            };
        if (schema["required"] is JsonArray { Count: 0 })
            schema.Remove("required");
        return JsonSerializer.SerializeToElement(schema);
    }

    /// <summary>Whether the action's answer is made of URLs that let anybody in.</summary>
    public static bool GivesSignedUrls(ActionDefinition action) =>
        action.Safety is ActionSafety.Read && action.Path.Contains("signeds3", StringComparison.Ordinal);

    public static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static bool IsLeftOut(ActionDefinition action, ActionParameter parameter) =>
        parameter.Fill is not null
        || (
            parameter.In is ParameterPlace.Query
            && action.Paging is { } paging
            && (parameter.Name == paging.Size || parameter.Name == paging.Position)
            && parameter.Name is not (ApsPaging.SizeName or ApsPaging.NextName)
        );

    private static string PlaceOf(ActionParameter parameter) =>
        parameter.In switch
        {
            ParameterPlace.Path => "path",
            ParameterPlace.Query => "query",
            _ => "headers",
        };

    /// <summary>A small file comes inside the JSON.</summary>
    private static void AddContent(JsonObject properties)
    {
        if (properties["body"] is not JsonObject body)
            properties["body"] = body = new JsonObject { ["type"] = "object" };
        if (body["properties"] is not JsonObject members)
            body["properties"] = members = [];
        members[Content] = Text($"The file's bytes in base64, at most {InlineContent.MaxBytesOfAgents / 1024} KB.");
        if (body["required"] is not JsonArray required)
            body["required"] = required = [];
        required.Add(Content);
    }

    /// <summary>The server checks all of it anyway; an agent needs names, types, choices and meanings.</summary>
    private static void Shorten(JsonNode? schema)
    {
        if (schema is JsonArray array)
            foreach (var entry in array)
                Shorten(entry);
        if (schema is not JsonObject members)
            return;
        if (members["additionalProperties"] is JsonValue)
            members.Remove("additionalProperties");
        if (members["type"] is JsonValue && members["properties"] is not JsonObject)
        {
            foreach (var name in (string[])["pattern", "maxLength", "minLength", "format"])
                members.Remove(name);
        }

        foreach (var member in members.ToList())
            Shorten(member.Value);
    }
}
