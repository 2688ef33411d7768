using System.Globalization;
using System.Text.Json.Nodes;
using NJsonSchema;
using TenantHub.Testing;

namespace TenantHub.Server.OpenApi;

/// <summary>Holds requests and answers that crossed the wire against Autodesk's own OpenAPI files.</summary>
internal sealed class OpenApiWitness
{
    private static readonly Lazy<OpenApiWitness> Loaded = new(() => new OpenApiWitness());

    private readonly IReadOnlyList<OpenApiOperation> _operations =
    [
        .. new[] { "accountadmin", "authentication", "datamanagement", "oss", "webhooks" }.SelectMany(OpenApiFile.Load),
    ];

    public static OpenApiWitness Default => Loaded.Value;

    /// <summary>What Autodesk's files object to; known defects of the files are left out, endpoints that no file has are not
    /// judged.</summary>
    public IReadOnlyList<string> Faults(JournalRecord record)
    {
        if (KnownDefects.NotCovered.Any(known => known.Method == record.Method && OpenApiOperation.Matches(known.Path, record.Path)))
            return [];
        if (Find(record) is not { } operation)
            return [$"no file of Autodesk's has {record.Method} {record.Path}"];
        return
        [
            .. RequestFaults(operation, record)
                .Concat(AnswerFaults(operation, record))
                .Where(fault => !KnownDefects.Covers(operation.Id, fault))
                .Select(fault => $"{operation.Id}: {fault}"),
        ];
    }

    public string? OperationOf(JournalRecord record) => Find(record)?.Id;

    private OpenApiOperation? Find(JournalRecord record) =>
        _operations.FirstOrDefault(operation => operation.Method == record.Method && OpenApiOperation.Matches(operation.Path, record.Path));

    private static IEnumerable<string> RequestFaults(OpenApiOperation operation, JournalRecord record)
    {
        var query = record
            .Query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => (Name: Uri.UnescapeDataString(pair[0]), Value: Uri.UnescapeDataString(pair.Length > 1 ? pair[1] : "")))
            .ToList();
        foreach (var (name, value) in query)
        {
            var parameter = operation.Parameters.FirstOrDefault(parameter =>
                parameter.In == "query"
                && (parameter.Name == name || (parameter.Name == "filter[*]" && name.StartsWith("filter[", StringComparison.Ordinal)))
            );
            if (parameter is null)
                yield return $"query {name} is not declared";
            else if (ParameterFault(parameter, value) is { } fault)
                yield return $"query {name}={value} {fault}";
        }

        foreach (var parameter in operation.Parameters)
        {
            var given = parameter.In switch
            {
                "query" => query.Where(pair => pair.Name == parameter.Name).Select(pair => pair.Value).FirstOrDefault(),
                "header" => record.Headers.GetValueOrDefault(parameter.Name.ToLowerInvariant()),
                _ => "",
            };
            if (parameter.Required && given is null)
                yield return $"{parameter.In} {parameter.Name} is required";
            if (parameter.In == "header" && given is not null && ParameterFault(parameter, given) is { } fault)
                yield return $"header {parameter.Name}={given} {fault}";
        }

        if (operation.Body is not { } body)
        {
            if (record.Body is not null)
                yield return "a body is not declared";
            yield break;
        }

        if (record.Body is null)
            yield break;
        var media = record.Headers.GetValueOrDefault("content-type")?.Split(';')[0];
        if (!body.ContentTypes.Contains(media))
            yield return $"content type {media} is not declared, {string.Join(", ", body.ContentTypes)} is";
        if (media == "application/x-www-form-urlencoded")
            yield break;
        foreach (var fault in SchemaFaults(body.Schema, record.Body))
            yield return "body: " + fault;
    }

    private static IEnumerable<string> AnswerFaults(OpenApiOperation operation, JournalRecord record)
    {
        var status = record.Status.ToString(CultureInfo.InvariantCulture);
        if (!operation.Answers.TryGetValue(status, out var schema))
        {
            yield return $"status {status} is not declared, {string.Join(", ", operation.Answers.Keys)} are";
            yield break;
        }

        if (schema is null || string.IsNullOrEmpty(record.ResponseBody) || record.Status >= 400)
            yield break;
        foreach (var fault in SchemaFaults(schema, record.ResponseBody))
            yield return "answer: " + fault;
    }

    private static IEnumerable<string> SchemaFaults(JsonSchema schema, string json) =>
        schema.Validate(json).Select(error => $"{error.Path} {error.Kind}");

    private static string? ParameterFault(OpenApiParameter parameter, string value)
    {
        var schema = parameter.Schema;
        if ((string?)schema["type"] == "array")
        {
            var allowed = (schema["items"]?["enum"] as JsonArray)?.Select(word => word!.ToString()).ToList();
            return allowed is null || value.Split(',').All(allowed.Contains) ? null : "is not in the enum";
        }

        if (
            (string?)schema["type"] == "integer"
            && !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
        )
            return "is no integer";
        if ((string?)schema["type"] == "boolean" && value is not ("true" or "false"))
            return "is no boolean";
        return schema["enum"] is JsonArray words && !words.Select(word => word!.ToString()).Contains(value) ? "is not in the enum" : null;
    }
}
