using System.Text;
using System.Text.Json;

namespace TenantHub.Autodesk.Http;

/// <summary>What an error body of any of Autodesk's products says. The products agree on nothing, so it is read leniently.</summary>
/// <param name="Message">Autodesk's own words, shortened.</param>
/// <param name="ErrorCode">The gateway's code, such as AUTH-001.</param>
/// <param name="Raw">The body when it is JSON and small enough to pass on.</param>
internal sealed record ProviderBody(string Message, string? ErrorCode, JsonBytes? Raw)
{
    private const int MaxRaw = 16 * 1024;
    private const int MaxMessage = 500;

    private static readonly string[] MessageMembers = ["developerMessage", "reason", "detail", "title", "message", "error_description", "error"];

    private static readonly string[] ThreeLegged = ["3-legged", "3 legged", "three-legged", "three legged"];

    public bool Says(string word) => Message.Contains(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets whether Autodesk says that an app alone may not do this. The wording differs by product and is not documented.</summary>
    public bool WantsThreeLegged => ThreeLegged.Any(Says);

    public static ProviderBody Read(ReadOnlySpan<byte> body)
    {
        if (body.Length == 0) return new("no explanation", null, null);
        var bytes = body.ToArray();
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            return new(Shorten(FindMessage(root) ?? root.GetRawText()), Text(root, "errorCode"), bytes.Length <= MaxRaw ? new JsonBytes(bytes) : null);
        }
        catch (JsonException)
        {
            return new(Shorten(Encoding.UTF8.GetString(bytes)), null, null);
        }
    }

    private static string? FindMessage(JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object) return null;
        if (root.TryGetProperty("errors", out var errors) && errors.ValueKind is JsonValueKind.Array && errors.GetArrayLength() > 0
            && (Text(errors[0], "detail") ?? Text(errors[0], "title")) is { } first) return first;
        foreach (var member in MessageMembers)
        {
            if (!root.TryGetProperty(member, out var value)) continue;
            if (value.ValueKind is JsonValueKind.String) return value.GetString();
            if (value.ValueKind is JsonValueKind.Array) return string.Join(' ', value.EnumerateArray().Select(part => part.ToString()));
        }

        return null;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static string Shorten(string text)
    {
        var clean = new string([.. text.Select(letter => char.IsControl(letter) ? ' ' : letter)]).Trim();
        return clean.Length <= MaxMessage ? clean : clean[..MaxMessage] + "...";
    }
}
