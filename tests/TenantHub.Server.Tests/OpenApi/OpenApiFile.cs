using System.Text.Json;
using System.Text.Json.Nodes;
using NJsonSchema;
using YamlDotNet.Serialization;

namespace TenantHub.Server.OpenApi;

/// <summary>One operation of a file.</summary>
internal sealed record OpenApiOperation(
    string Id,
    string Method,
    string Path,
    IReadOnlyList<OpenApiParameter> Parameters,
    OpenApiBody? Body,
    IReadOnlyDictionary<string, JsonSchema?> Answers
)
{
    /// <summary>Whether a path on the wire is one of the template's, segment by segment.</summary>
    public static bool Matches(string template, string path)
    {
        var (wanted, given) = (template.Split('/'), path.Split('/'));
        return wanted.Length == given.Length
            && wanted.Zip(given).All(pair => pair.First.StartsWith('{') ? pair.Second.Length > 0 : pair.First == pair.Second);
    }
}

internal sealed record OpenApiParameter(string Name, string In, bool Required, JsonNode Schema);

internal sealed record OpenApiBody(IReadOnlyList<string> ContentTypes, JsonSchema Schema);

/// <summary>Reads one of Autodesk's files: enough of OpenAPI 3.0 to judge requests and answers by.</summary>
internal static class OpenApiFile
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    public static IReadOnlyList<OpenApiOperation> Load(string name)
    {
        var root = ReadYaml(name + ".yaml");
        var schemas = new Dictionary<string, JsonNode>();
        var raw = Operations(root).ToList();
        foreach (var operation in raw)
            operation.CollectSchemas(root, schemas);

        // One load for all: the components and each operation's own schemas side by side, with references turned to where they now are.
        var definitions = new JsonObject();
        foreach (var (key, schema) in (root["components"]?["schemas"] as JsonObject) ?? [])
            definitions[key] = schema!.DeepClone();
        foreach (var (key, schema) in schemas)
            definitions[key] = schema.DeepClone();
        var document = new JsonObject { ["definitions"] = definitions }
            .ToJsonString()
            .Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal);
        var loaded = JsonSchema.FromJsonAsync(document).GetAwaiter().GetResult().Definitions;
        return [.. raw.Select(operation => operation.Finish(root, loaded))];
    }

    private static JsonNode ReadYaml(string resource)
    {
        using var stream = typeof(OpenApiFile).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return ToJson(new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(reader))!;
    }

    private static JsonNode? ToJson(object? yaml) =>
        yaml switch
        {
            null => null,
            IDictionary<object, object> map => new JsonObject(map.Select(pair => KeyValuePair.Create($"{pair.Key}", ToJson(pair.Value)))),
            IEnumerable<object> list => new JsonArray([.. list.Select(ToJson)]),
            _ => JsonSerializer.SerializeToNode(yaml, yaml.GetType()),
        };

    private static IEnumerable<RawOperation> Operations(JsonNode root)
    {
        foreach (var (path, item) in root["paths"]!.AsObject())
        {
            foreach (var method in Methods)
            {
                if (item![method] is JsonObject operation)
                    yield return new RawOperation(path, method, operation, item["parameters"] as JsonArray);
            }
        }
    }

    private static JsonNode Resolve(JsonNode root, JsonNode node)
    {
        while (node is JsonObject target && target.TryGetPropertyValue("$ref", out var reference) && reference is JsonValue)
            node = ((string)reference!).TrimStart('#', '/').Split('/').Aggregate(root, (at, name) => at[name]!);
        return node;
    }

    /// <summary>An operation before its schemas are loaded.</summary>
    private sealed record RawOperation(string Path, string Method, JsonObject Operation, JsonArray? Shared)
    {
        private string Id => (string?)Operation["operationId"] ?? $"{Method} {Path}";

        public void CollectSchemas(JsonNode root, Dictionary<string, JsonNode> into)
        {
            if (Content(root, Operation["requestBody"]) is { } body)
                into[$"{Id}.request"] = body.First().Value!["schema"] ?? new JsonObject();
            foreach (var (status, answer) in Operation["responses"]!.AsObject())
            {
                if (Content(root, answer) is { } content && content.First().Value!["schema"] is { } schema)
                    into[$"{Id}.{status}"] = schema;
            }
        }

        public OpenApiOperation Finish(JsonNode root, IDictionary<string, JsonSchema> loaded)
        {
            var parameters = (Operation["parameters"] as JsonArray ?? [])
                .Concat(Shared ?? [])
                .Select(parameter => Resolve(root, parameter!))
                .Select(parameter => new OpenApiParameter(
                    (string)parameter["name"]!,
                    (string)parameter["in"]!,
                    parameter["required"] is JsonValue required && required.GetValue<bool>(),
                    ParameterSchema(root, parameter)
                ));
            var body = Content(root, Operation["requestBody"]) is { } content
                ? new OpenApiBody([.. content.Select(media => media.Key)], loaded[$"{Id}.request"])
                : null;
            var answers = Operation["responses"]!
                .AsObject()
                .ToDictionary(answer => answer.Key, answer => loaded.TryGetValue($"{Id}.{answer.Key}", out var schema) ? schema : null);
            return new OpenApiOperation(Id, Method.ToUpperInvariant(), Path, [.. parameters], body, answers);
        }

        private static JsonNode ParameterSchema(JsonNode root, JsonNode parameter)
        {
            var schema = Resolve(root, parameter["schema"] ?? new JsonObject()).DeepClone();
            if (schema["items"] is { } items)
                schema["items"] = Resolve(root, items).DeepClone();
            return schema;
        }

        private static JsonObject? Content(JsonNode root, JsonNode? holder) =>
            holder is not null && Resolve(root, holder)["content"] is JsonObject { Count: > 0 } content ? content : null;
    }
}
