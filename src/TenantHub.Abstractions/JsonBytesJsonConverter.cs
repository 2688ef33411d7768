using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantHub;

/// <summary>A document inside another one is written as it is.</summary>
internal sealed class JsonBytesJsonConverter : JsonConverter<JsonBytes>
{
    public override JsonBytes Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return JsonBytes.From(document.RootElement);
    }

    public override void Write(Utf8JsonWriter writer, JsonBytes value, JsonSerializerOptions options) => writer.WriteRawValue(value.Span);
}
