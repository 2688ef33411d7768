using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantHub;

/// <summary>A document inside another one is written as it is.</summary>
public sealed class JsonBytesJsonConverter : JsonConverter<JsonBytes>
{
    /// <inheritdoc/>
    public override JsonBytes Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return JsonBytes.Parse(document.RootElement.GetRawText()); // As it was written, byte for byte.
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, JsonBytes value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteRawValue(value.Span);
    }
}
