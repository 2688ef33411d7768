using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using TenantHub.Autodesk;

namespace TenantHub.Server.Mcp;

/// <summary>
/// Signed URLs let anybody in who reads them, so a model gets them only when they were asked for, wherever in a text they stand; tokens and
/// secrets it never gets. Stricter than what is taken out of logs (<see cref="SecretText"/>): names of files and links between pages stay.
/// </summary>
internal static partial class SignedUrls
{
    private const string LeftOut = "[a signed URL: it grants access, and is given only with signed_urls: true]";
    private const int MostEncoded = 3;
    private static readonly string[] Marks =
    [
        "X-Amz-Signature=",
        "Signature=",
        "&sig=",
        "?sig=",
        "/signedresources/",
        "access_token=",
        "X-Amz-Security-Token=",
    ];
    private static readonly string[] SecretMembers = ["client_secret", "access_token", "refresh_token", "id_token"];

    /// <summary>The document without them; the same one when it has none.</summary>
    public static ReadOnlyMemory<byte> Without(ReadOnlyMemory<byte> json, bool withSignedUrls = false)
    {
        if (!MayHold(json.Span))
            return json;
        using var document = JsonDocument.Parse(json);
        var buffer = new ArrayBufferWriter<byte>(json.Length);
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, document.RootElement, withSignedUrls);
        return buffer.WrittenMemory;
    }

    /// <summary>A text without them, for what is told of Autodesk's answers.</summary>
    public static string WithoutIn(string text) => Clean(text, withSignedUrls: false);

    /// <summary>Most documents hold nothing of the kind, and a look at the bytes is cheap.</summary>
    private static bool MayHold(ReadOnlySpan<byte> json) =>
        json.IndexOf("ignatur"u8) >= 0
        || json.IndexOf("IGNATUR"u8) >= 0
        || json.IndexOf("ig="u8) >= 0
        || json.IndexOf("IG="u8) >= 0
        || json.IndexOf("ig%"u8) >= 0
        || json.IndexOf("IG%"u8) >= 0
        || json.IndexOf("Security-Token"u8) >= 0
        || json.IndexOf("asic "u8) >= 0
        || json.IndexOf("signedresources"u8) >= 0
        || json.IndexOf("earer"u8) >= 0
        || json.IndexOf("eyJ"u8) >= 0
        || json.IndexOf("thk_"u8) >= 0
        || json.IndexOf("th_dev_"u8) >= 0
        || json.IndexOf("whsec_"u8) >= 0
        || json.IndexOf("_token"u8) >= 0
        || json.IndexOf("_secret"u8) >= 0
        || json.IndexOf("_SECRET"u8) >= 0
        || json.IndexOf("\\u00"u8) >= 0; // Any of them, in escapes.

    private static void Write(Utf8JsonWriter writer, JsonElement value, bool withSignedUrls)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(Clean(member.Name, withSignedUrls));
                    if (SecretMembers.Contains(member.Name) && member.Value.ValueKind is JsonValueKind.String)
                        writer.WriteStringValue(Secret.Redacted);
                    else
                        Write(writer, member.Value, withSignedUrls);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var entry in value.EnumerateArray())
                    Write(writer, entry, withSignedUrls);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String when value.Text() is { } text && Clean(text, withSignedUrls) is var clean && clean != text:
                writer.WriteStringValue(clean);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static string Clean(string text, bool withSignedUrls) =>
        Telling()
            .Replace(
                text,
                found =>
                    !found.Groups["url"].Success ? found.Groups["name"].Value + Secret.Redacted
                    : !withSignedUrls && IsSigned(found.Value) ? LeftOut
                    : found.Value
            );

    private static bool IsSigned(string url)
    {
        var plain = Plain(url);
        return Marks.Any(mark => plain.Contains(mark, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A URL inside of another one is percent-encoded, and in JSON inside of a text its signs are escaped.</summary>
    private static string Plain(string url)
    {
        for (var times = 0; times < MostEncoded; times++)
        {
            var plain = Uri.UnescapeDataString(Escaped().Replace(url, sign => $"{(char)Convert.ToUInt16(sign.Groups[1].Value, 16)}"));
            if (plain == url)
                break;
            url = plain;
        }

        return url;
    }

    /// <summary>A URL to its end, however its signs are written, also with one slash or with backslashes, which browsers take for slashes; a
    /// secret after its name; a bearer token or basic credentials (which have digits, or more letters than a word has); a JSON Web Token; a
    /// key of TenantHub's.</summary>
    [GeneratedRegex(
        """
            (?<url>(?i:https?(?::|%(?:25)*3A|\\u003A)(?:/|%(?:25)*2F|\\(?!"))+)(?:[^\s"<>\\]|\\(?!"))+)
            |(?<name>(?i:client_secret|access_token|refresh_token|id_token)\\?["']?\s*[=:]\s*\\?["']?)[^\s"'&,;\\}]+
            |(?<name>\b(?i:bearer)\s+)(?=[^\s]*[0-9])[A-Za-z0-9._~+/-]{16,}=*
            |(?<name>\b(?i:bearer)\s+)(?:(?=[a-zA-Z]*[a-z])(?=[a-zA-Z]*[A-Z])[A-Za-z]{24,}|[A-Za-z]{32,})(?![\w.-])
            |(?<name>\b(?i:basic)\s+)(?=[^\s]*[0-9])(?=[^\s]*[a-z])(?=[^\s]*[A-Z])[A-Za-z0-9+/]{16,}=*(?![\w.-])
            |\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]+)?
            |\b(?:thk|whsec|th_dev)_[A-Za-z0-9_+/=-]{20,}
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant
    )]
    private static partial Regex Telling();

    [GeneratedRegex(@"\\u([0-9A-Fa-f]{4})", RegexOptions.CultureInvariant)]
    private static partial Regex Escaped();
}
