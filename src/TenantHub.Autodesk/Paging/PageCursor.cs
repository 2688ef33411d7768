using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantHub.Autodesk.Paging;

/// <summary>
/// Where the next page starts: opaque to callers, bound to its action. It can only say what a caller could also ask for with Autodesk's own
/// paging parameters, so it needs no signature.
/// </summary>
/// <param name="ActionId">The action that the cursor belongs to.</param>
/// <param name="Position">Autodesk's position; null for the first page.</param>
/// <param name="Size">The page size that the first call chose.</param>
/// <param name="Skip">How many rows of Autodesk's page have been given out already.</param>
internal sealed record PageCursor(
    [property: JsonPropertyName("a")] string ActionId,
    [property: JsonPropertyName("p")] string? Position,
    [property: JsonPropertyName("s")] int? Size,
    [property: JsonPropertyName("k")] int Skip
)
{
    /// <summary>The longest position, so that its cursor, with every letter escaped and in base 64, is not longer than a cursor may
    /// be.</summary>
    public const int MaxPosition = 1024;

    private const int MaxLength = 16 * 1024;

    public string Encode() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this));

    /// <summary>Reads a cursor; null when it is not one of this action's.</summary>
    public static PageCursor? Decode(string text, string actionId)
    {
        if (text.Length is 0 or > MaxLength)
            return null;
        try
        {
            var cursor = JsonSerializer.Deserialize<PageCursor>(Base64Url.DecodeFromUtf8(Encoding.UTF8.GetBytes(text)));
            return cursor is { Skip: >= 0, Size: null or (> 0 and <= PageRequest.MaxPageSize) } && cursor.ActionId == actionId
                ? cursor
                : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }
}
