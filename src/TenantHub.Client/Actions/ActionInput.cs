using System.Text.Json;

namespace TenantHub.Client.Actions;

/// <summary>What an action is given, untyped. The typed methods make one of these; <c>GET /actions?include=action_details</c> has the
/// schemas.</summary>
public sealed record ActionInput
{
    /// <summary>Gets the values of the path by name.</summary>
    public IReadOnlyDictionary<string, string> Path { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the values of the query by name. <c>page_size</c> and <c>next</c> page every list alike.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Query { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Gets the headers for Autodesk.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the JSON body; null when the action has none.</summary>
    public JsonElement? Body { get; init; }

    internal ActionInput WithQuery(string name, string value) =>
        this with
        {
            Query = new Dictionary<string, IReadOnlyList<string>>(Query) { [name] = [value] },
        };

    /// <summary>Writes the rpc body.</summary>
    internal byte[] ToJson(string action)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("action", action);
            Write(json, "path", Path);
            Write(json, "headers", Headers);
            if (Query.Count > 0)
            {
                json.WriteStartObject("query");
                foreach (var (name, values) in Query)
                {
                    json.WriteStartArray(name);
                    foreach (var value in values)
                        json.WriteStringValue(value);
                    json.WriteEndArray();
                }

                json.WriteEndObject();
            }

            if (Body is { } body)
            {
                json.WritePropertyName("body");
                body.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static void Write(Utf8JsonWriter json, string place, IReadOnlyDictionary<string, string> values)
    {
        if (values.Count == 0)
            return;
        json.WriteStartObject(place);
        foreach (var (name, value) in values)
            json.WriteString(name, value);
        json.WriteEndObject();
    }
}
