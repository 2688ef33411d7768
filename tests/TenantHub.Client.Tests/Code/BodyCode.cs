using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TenantHub.Client.Code;

/// <summary>Writes the records of a body from its JSON Schema. What may have one value only is filled in; what has no shape is a
/// <c>JsonElement</c>.</summary>
internal sealed class BodyCode
{
    private const string FileContent = "content";
    private readonly StringBuilder _records = new();
    private readonly bool _fileApart;

    private BodyCode(bool fileApart) => _fileApart = fileApart;

    /// <summary>The records of one body, the outermost with the name that is given.</summary>
    /// <remarks>A file that goes apart is a stream beside the body, so the body has no member for it.</remarks>
    public static string Write(string name, JsonElement schema, bool fileApart)
    {
        var code = new BodyCode(fileApart);
        code.Record(name, schema);
        return code._records.ToString();
    }

    private void Record(string name, JsonElement schema)
    {
        var required = schema.TryGetProperty("required", out var names)
            ? names.EnumerateArray().Select(each => each.GetString()).ToHashSet()
            : [];
        var members = new StringBuilder();
        var inner = new List<(string Name, JsonElement Schema)>();
        foreach (var member in schema.GetProperty("properties").EnumerateObject())
        {
            if (_fileApart && member.Name == FileContent)
                continue;
            var property = ClientNames.Pascal(member.Name);
            var (type, fixedValue) = Type(name + property, member.Value, inner);
            var isRequired = required.Contains(member.Name);
            members.Append(CultureInfo.InvariantCulture, $"\n    /// <summary>{Explain(member.Name, member.Value)}</summary>\n");
            members.Append(CultureInfo.InvariantCulture, $"    [JsonPropertyName(\"{member.Name}\")]\n    public ");
            members.Append(
                (isRequired, fixedValue) switch
                {
                    (true, { } value) => $"{type} {property} {{ get; init; }} = {value};\n",
                    (true, null) => $"required {type} {property} {{ get; init; }}\n",
                    _ => $"{type}? {property} {{ get; init; }}\n",
                }
            );
        }

        _records.Append(
            CultureInfo.InvariantCulture,
            $"\n/// <summary>A JSON object of the body; null members are not sent.</summary>\npublic sealed record {name}\n{{"
        );
        _records.Append(members.Remove(0, members.Length > 0 ? 1 : 0).Insert(0, '\n')).Append("}\n");
        foreach (var (innerName, innerSchema) in inner)
            Record(innerName, innerSchema);
    }

    /// <summary>The C# type, and the value that it has when it can have no other.</summary>
    private static (string Type, string? Fixed) Type(string name, JsonElement schema, List<(string, JsonElement)> inner)
    {
        var kind = schema.TryGetProperty("type", out var type) && type.ValueKind is JsonValueKind.String ? type.GetString() : null;
        if (kind is "string")
            return schema.TryGetProperty("enum", out var words) && words.GetArrayLength() == 1
                ? ("string", $"\"{words[0].GetString()}\"")
                : ("string", null);
        if (kind is "integer")
            return ("long", null);
        if (kind is "number")
            return ("double", null);
        if (kind is "boolean")
            return ("bool", null);
        if (kind is "array")
        {
            var (item, _) = Type(name + "Item", schema.GetProperty("items"), inner);
            return ($"IReadOnlyList<{item}>", null);
        }

        if (kind is not "object" || !schema.TryGetProperty("properties", out _))
            return ("JsonElement", null);
        inner.Add((name, schema));
        return (name, IsFixed(schema) ? "new()" : null);
    }

    /// <summary>Whether all that an object must have is known.</summary>
    private static bool IsFixed(JsonElement schema) =>
        schema.TryGetProperty("required", out var required)
        && required
            .EnumerateArray()
            .All(name =>
                schema.GetProperty("properties").GetProperty(name.GetString()!) is var member
                && member.TryGetProperty("enum", out var words)
                && words.GetArrayLength() == 1
            );

    private static string Explain(string name, JsonElement schema)
    {
        var text = schema.TryGetProperty("description", out var given) ? ClientNames.Doc(given.GetString()!) : $"<c>{name}</c>.";
        if (schema.TryGetProperty("enum", out var words))
            text += $" One of: {string.Join(", ", words.EnumerateArray().Select(word => word.GetString()))}.";
        if (schema.TryGetProperty("type", out var type) && type.ValueKind is JsonValueKind.Array)
            text += $" JSON: {string.Join(" or ", type.EnumerateArray().Select(each => each.GetString()))}.";
        return text;
    }
}
