using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantHub.Server.Ui.Agents;

/// <summary>
/// A call as it is shown to whoever approves it: all of it. Nothing in it may hide the rest, so long texts are shortened where they
/// stand, a file's bytes are told by size and hash, and letters that nobody sees are written out.
/// </summary>
internal static class ApprovedCall
{
    private const int LongestText = 400;
    private const int MuchText = 2_000;
    private const string Content = "content";
    private static readonly JsonSerializerOptions Pretty = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The call as text.</summary>
    public static string Text(JsonBytes call)
    {
        var shown = Shorten(JsonNode.Parse(call.Span), "");
        return VisibleText.Of(shown?.ToJsonString(Pretty) ?? "null");
    }

    /// <summary>The call as it can be planned: without what is asked for an upload that comes afterwards, and what its bytes are.</summary>
    public static JsonBytes ForPlan(JsonBytes call)
    {
        var plain = JsonNode.Parse(call.Span)!.AsObject();
        plain.Remove("upload");
        plain.Remove("content_sha256");
        return JsonBytes.From(plain);
    }

    private static JsonNode? Shorten(JsonNode? node, string name) =>
        node switch
        {
            JsonObject members => SmallFirst(members.Select(member => KeyValuePair.Create(member.Key, Shorten(member.Value, member.Key)))),
            JsonArray items => new JsonArray([.. items.Select(item => Shorten(item, ""))]),
            JsonValue value when value.TryGetValue<string>(out var text) => Shorten(text, name),
            _ => node?.DeepClone(),
        };

    /// <summary>What is long stands last: it pushes nothing out of sight.</summary>
    private static JsonObject SmallFirst(IEnumerable<KeyValuePair<string, JsonNode?>> members)
    {
        var sized = members.Select(member => (Member: member, Length: member.Value?.ToJsonString().Length ?? 0)).ToList();
        return new(
            sized.Sum(member => member.Length) < MuchText
                ? sized.Select(member => member.Member)
                : sized.OrderBy(member => member.Length).Select(member => member.Member)
        );
    }

    private static JsonValue Shorten(string text, string name)
    {
        if (name == Content && Bytes(text) is { } file)
            return JsonValue.Create($"({file.Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(file))})");
        return JsonValue.Create(
            text.Length <= LongestText
                ? text
                : $"{text[..(LongestText / 2)]} ... ({text.Length} characters; the whole is in the file) ... {text[^(LongestText / 4)..]}"
        );
    }

    private static byte[]? Bytes(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}

/// <summary>Text in which nothing is hidden: what has no face of its own, or turns the direction of writing, stands as its number.</summary>
internal static class VisibleText
{
    /// <summary>The text with its invisible letters written out, as <c>\u{202E}</c>; line breaks and spaces stay.</summary>
    public static string Of(string text)
    {
        if (text.All(letter => letter is '\n' or (>= ' ' and <= '~')))
            return text;
        var shown = new StringBuilder(text.Length);
        foreach (var letter in text.EnumerateRunes())
        {
            if (letter.Value is '\n' or ' ' || !IsHidden(letter))
                shown.Append(letter);
            else
                shown.Append(CultureInfo.InvariantCulture, $"\\u{{{letter.Value:X4}}}");
        }

        return shown.ToString();
    }

    /// <summary>White space other than the space, controls, marks of direction, joiners, tags, selectors, and the letters that are drawn as
    /// nothing.</summary>
    private static bool IsHidden(Rune letter) =>
        Rune.IsWhiteSpace(letter)
        || Rune.GetUnicodeCategory(letter)
            is UnicodeCategory.Format
                or UnicodeCategory.Control
                or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.PrivateUse
        || letter.Value
            is 0x034F
                or 0x115F
                or 0x1160
                or 0x17B4
                or 0x17B5
                or 0x2800
                or 0x3164
                or 0xFFA0
                or (>= 0xFE00 and <= 0xFE0F)
                or (>= 0xE0100 and <= 0xE01EF);
}
