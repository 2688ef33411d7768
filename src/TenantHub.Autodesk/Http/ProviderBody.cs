using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TenantHub.Autodesk.Http;

/// <summary>What an error body of any of Autodesk's products, or of a gateway before them, says. They agree on nothing, so it is read
/// leniently.</summary>
/// <param name="Message">Their own words, shortened; of a page for people the words, without its marks.</param>
/// <param name="ErrorCode">The gateway's code, such as AUTH-001, or OAuth's, such as invalid_client.</param>
/// <param name="Raw">The body when it is JSON and small enough to pass on.</param>
/// <param name="IsJson">Whether a program has written it for programs.</param>
internal sealed partial record ProviderBody(string Message, string? ErrorCode, JsonBytes? Raw, bool IsJson)
{
    private const int MaxRaw = 16 * 1024;
    private const int MaxMessage = 500;
    private const int MaxLooked = 4 * MaxMessage; // A URL that begins in the message may show further on that it is signed.

    private static readonly string[] MessageMembers =
    [
        "developerMessage",
        "reason",
        "detail",
        "title",
        "message",
        "error_description",
        "error",
    ];

    private static readonly string[] ThreeLegged = ["3-legged", "3 legged", "three-legged", "three legged"];

    /// <summary>Where pages, and S3's errors, keep what matters.</summary>
    private static readonly string[] TellingElements = ["Message", "title", "h1"];

    public bool Says(string word) => Message.Contains(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets whether Autodesk says that an app alone may not do this. The wording differs by product and is not
    /// documented.</summary>
    public bool WantsThreeLegged => ThreeLegged.Any(Says);

    public static ProviderBody Read(ReadOnlySpan<byte> body)
    {
        if (body.Length == 0)
            return new("no explanation", null, null, false);
        if (AnswerBody.WhyNoJson(body) is not null)
            return new(Words(Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxRaw)])), null, null, false);
        var bytes = body.ToArray();
        using var document = JsonDocument.Parse(bytes);
        var root = document.RootElement;
        return new(
            Words(FindMessage(root) ?? root.GetRawText()),
            root.Text("errorCode") ?? root.Text("error"),
            bytes.Length <= MaxRaw ? new JsonBytes(bytes) : null,
            true
        );
    }

    private static string? FindMessage(JsonElement root)
    {
        if (
            root.Member("errors") is { ValueKind: JsonValueKind.Array } errors
            && errors.GetArrayLength() > 0
            && (errors[0].Text("detail") ?? errors[0].Text("title") ?? errors[0].Text("message") ?? errors[0].Text())
                is { Length: > 0 } first
        )
            return first;
        foreach (var member in MessageMembers)
        {
            var text = root.Member(member) switch
            {
                { ValueKind: JsonValueKind.Array } parts => string.Join(
                    ' ',
                    parts.EnumerateArray().Select(part => part.Text() ?? part.GetRawText())
                ),
                { ValueKind: JsonValueKind.Object } inner => inner.Text("message"),
                { } value => value.Text(),
                _ => null,
            };
            if (!string.IsNullOrWhiteSpace(text))
                return text;
        }

        return null;
    }

    /// <summary>The words of a text that may be a page. Of a long one the beginning is looked at: what matters stands there.</summary>
    private static string Words(string text)
    {
        text = text.Length <= MaxRaw ? text : text[..MaxRaw];
        if (!Mark().IsMatch(text))
            return Shorten(text);
        var telling = TellingElements.Select(name => Element(text, name)).FirstOrDefault(words => words is not null);
        if (Element(text, "Code") is { } code)
            telling = $"{code}: {telling}"; // S3's errors.
        var words = WebUtility.HtmlDecode(Mark().Replace(telling ?? Unseen().Replace(text, " "), " ")).Replace('<', ' ').Replace('>', ' ');
        return Shorten(words) is { Length: > 0 } found ? found : "a page without words";
    }

    /// <summary>What stands in the first element of the name; null when there is none, or nothing in it.</summary>
    private static string? Element(string text, string name)
    {
        var open = text.IndexOf('<' + name, StringComparison.OrdinalIgnoreCase);
        var start = open < 0 ? -1 : text.IndexOf('>', open);
        var end = start < 0 ? -1 : text.IndexOf("</" + name, start, StringComparison.OrdinalIgnoreCase);
        return end < 0 || string.IsNullOrWhiteSpace(text[(start + 1)..end]) ? null : text[(start + 1)..end];
    }

    /// <summary>Without what lets in whoever reads it: messages go to callers, into logs, and to models.</summary>
    private static string Shorten(string text)
    {
        text = text.Length <= MaxLooked ? text : text[..MaxLooked];
        var clean = Gaps().Replace(new string([.. text.Select(letter => char.IsControl(letter) ? ' ' : letter)]), " ").Trim();
        clean = SecretText.Without(SecretText.WithoutSignedUrls(clean));
        return clean.Length <= MaxMessage ? clean : clean[..MaxMessage] + "...";
    }

    [GeneratedRegex("</?[A-Za-z!?][^>]*>?", RegexOptions.CultureInvariant)]
    private static partial Regex Mark();

    [GeneratedRegex(
        "<(script|style)[^>]*>.*?</\\1[^>]*>|<!--.*?-->",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Singleline
    )]
    private static partial Regex Unseen();

    [GeneratedRegex(" {2,}", RegexOptions.CultureInvariant)]
    private static partial Regex Gaps();
}
