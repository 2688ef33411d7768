using System.Text.Json;

namespace TenantHub.Server.Transfers;

/// <summary>A small file inside the JSON body, as base64 in <c>content</c>.</summary>
internal static class InlineContent
{
    /// <summary>Takes the file out of the body. The bytes are null when there is none or it is not base64.</summary>
    public static (byte[]? Bytes, JsonBytes? Remaining) Take(JsonBytes? body)
    {
        if (body is null)
            return (null, null);
        using var document = JsonDocument.Parse(body.Memory);
        if (
            document.RootElement.ValueKind is not JsonValueKind.Object
            || !document.RootElement.TryGetProperty("content", out var content)
            || content.ValueKind is not JsonValueKind.String
            || !content.TryGetBytesFromBase64(out var bytes)
        )
            return (null, body);

        var rest = document
            .RootElement.EnumerateObject()
            .Where(member => member.Name != "content")
            .ToDictionary(member => member.Name, member => member.Value);
        return (bytes, rest.Count == 0 ? null : JsonBytes.From(rest));
    }
}
