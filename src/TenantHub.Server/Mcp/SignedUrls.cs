using System.Buffers;
using System.Text.Json;

namespace TenantHub.Server.Mcp;

/// <summary>Signed URLs let anybody in who reads them, so a model gets them only when they were asked for.</summary>
internal static class SignedUrls
{
    private const string LeftOut = "[a signed URL: it grants access, and is given only with signed_urls: true]";
    private static readonly string[] Marks = ["X-Amz-Signature=", "Signature=", "&sig=", "?sig="];

    public static bool Is(string text) =>
        text.StartsWith("http", StringComparison.OrdinalIgnoreCase)
        && Marks.Any(mark => text.Contains(mark, StringComparison.OrdinalIgnoreCase));

    /// <summary>The document without them; the same one when it has none.</summary>
    public static ReadOnlyMemory<byte> Without(ReadOnlyMemory<byte> json)
    {
        if (json.Span.IndexOf("ignature"u8) < 0 && json.Span.IndexOf("sig="u8) < 0 && json.Span.IndexOf("\\u0026"u8) < 0)
            return json;
        using var document = JsonDocument.Parse(json);
        var buffer = new ArrayBufferWriter<byte>(json.Length);
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, document.RootElement);
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var entry in value.EnumerateArray())
                    Write(writer, entry);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String
                when value.GetRawText() is var raw && raw.Contains("ttp", StringComparison.OrdinalIgnoreCase) && Is(Text(value)):
                writer.WriteStringValue(LeftOut);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static string Text(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return ""; // Half a character: no URL.
        }
    }
}
