using System.Text.Json;
using System.Text.Unicode;

namespace TenantHub.Server.Hosting;

/// <summary>
/// Whether the texts of a JSON document are texts: valid UTF-8, no half of a surrogate pair, no NUL. Such a one would fail later, in a
/// database or in a reader, and there it would look like our fault.
/// </summary>
internal static class JsonText
{
    public const string NoUnicode = "The body holds a string that is not valid Unicode.";
    private const string NoUtf8 = "The body is not valid UTF-8.";
    private const string Nul = "The body holds a text with a NUL character.";

    /// <summary>What is wrong; null when nothing is, or when the document is none and its reader will say so.</summary>
    public static string? Fault(ReadOnlySpan<byte> json)
    {
        if (FaultOfBytes(json) is { } fault)
            return fault;
        if (!MayHide(json))
            return null;
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
                    continue;
                if (IsWrong(reader.GetString()!))
                    return Nul;
            }
        }
        catch (InvalidOperationException)
        {
            return NoUnicode; // The reader's word for half a surrogate pair.
        }
        catch (JsonException)
        {
            return null;
        }

        return null;
    }

    /// <summary>What is wrong with the bytes, before anybody reads the document.</summary>
    public static string? FaultOfBytes(ReadOnlySpan<byte> json) => Utf8.IsValid(json) ? null : NoUtf8;

    /// <summary>What is wrong with the texts of a document that was read already.</summary>
    public static string? FaultOfTexts(ReadOnlySpan<byte> json, JsonElement document)
    {
        try
        {
            return MayHide(json) && HasWrong(document) ? Nul : null;
        }
        catch (InvalidOperationException)
        {
            return NoUnicode;
        }
    }

    /// <summary>Unescaped there is neither.</summary>
    private static bool MayHide(ReadOnlySpan<byte> json) => json.IndexOf("\\u"u8) >= 0;

    private static bool HasWrong(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => IsWrong(value.GetString()!),
            JsonValueKind.Array => value.EnumerateArray().Any(HasWrong),
            JsonValueKind.Object => value.EnumerateObject().Any(member => IsWrong(member.Name) || HasWrong(member.Value)),
            _ => false,
        };

    private static bool IsWrong(string text) => text.Contains('\0', StringComparison.Ordinal);
}
