using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace TenantHub.Server.Mcp;

/// <summary>The result of a tool call: one JSON object, and whether it tells a failure.</summary>
internal readonly record struct McpResult(ReadOnlyMemory<byte> Json, bool IsError)
{
    /// <summary>Writes the same JSON twice, as the protocol wants it: as text for clients that know nothing else, and for
    /// programs.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("content");
        writer.WriteStartObject();
        writer.WriteString("type", "text");
        writer.WriteString("text", Json.Span);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WritePropertyName("structuredContent");
        writer.WriteRawValue(Json.Span, skipInputValidation: true); // It was written by a writer that checks.
        if (IsError)
            writer.WriteBoolean("isError", true);
    }

    /// <summary>The same as the library takes it.</summary>
    public CallToolResult AsResult() =>
        new()
        {
            Content = [new TextContentBlock { Text = Encoding.UTF8.GetString(Json.Span) }],
            StructuredContent = JsonElement.Parse(Json.Span),
            IsError = IsError ? true : null,
        };
}
