using System.Text.Json;
using System.Text.Unicode;

namespace TenantHub.Server.Hosting;

/// <summary>
/// Whether the texts of a JSON document are texts: valid UTF-8, no half of a surrogate pair, no NUL. Such a one would fail later, in a
/// database or in a reader, and there it would look like our fault.
/// </summary>
internal static class JsonText
{
    /// <summary>What is wrong; null when nothing is, or when the document is none and its reader will say so.</summary>
    public static string? Fault(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            return "The body is not valid UTF-8.";
        if (json.IndexOf("\\u"u8) < 0)
            return null; // Unescaped there is neither.
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
                    continue;
                if (reader.GetString()!.Contains('\0', StringComparison.Ordinal))
                    return "The body holds a text with a NUL character.";
            }
        }
        catch (InvalidOperationException)
        {
            return "The body holds a string that is not valid Unicode."; // The reader's word for half a surrogate pair.
        }
        catch (JsonException)
        {
            return null;
        }

        return null;
    }
}
