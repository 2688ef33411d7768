using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantHub;

/// <summary>Reads a secret from a JSON string and never writes it: the output is always <c>[redacted]</c>.</summary>
public sealed class RedactedSecretJsonConverter : JsonConverter<Secret>
{
    /// <inheritdoc />
    public override Secret? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("A secret must be a string.");
        return reader.GetString() is { Length: > 0 } value ? new Secret(value) : throw new JsonException("A secret must not be empty.");
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Secret.Redacted);
}
