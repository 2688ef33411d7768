using System.Text.RegularExpressions;

namespace TenantHub;

/// <summary>Takes out of texts what looks like a secret: for texts that are not ours, before they are logged or kept.</summary>
internal static partial class SecretText
{
    /// <summary>The text without API keys, link tokens, signing secrets, tokens of Autodesk's, and values that are named as
    /// secrets.</summary>
    public static string Without(string text) => Secrets().Replace(text, match => match.Groups["name"].Value + Secret.Redacted);

    /// <summary>The text with no address in it that lets in whoever has it: the query of a signed URL, the name of a signed resource, a
    /// password before a host.</summary>
    public static string WithoutSignedUrls(string text) =>
        text.Contains("://", StringComparison.Ordinal)
            ? SignedQuery().Replace(SignedPlace().Replace(text, "${before}" + Secret.Redacted + "${after}"), "${before}" + Secret.Redacted)
            : text;

    [GeneratedRegex(
        """
            \b(?:thk|th_dev|cst|whsec)_[A-Za-z0-9_+/=-]+
            |\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?
            |(?<name>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}
            |(?<name>\b(?:password|pwd|client_?secret|api_?key|access_?token|signature|x-amz-[a-z-]+)["']?\s*[=:]\s*["']?)[^\s"';,&}]+
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Secrets();

    [GeneratedRegex(
        """
            (?<before>\bhttps?://[^\s"'<>?\#]*\?)
            (?=[^\s"'<>]*(?:x-amz-|signature|\bsig=|\bse=|token|policy=|key-pair-id|credential|secret|password|\bkey=|\bcode=))
            [^\s"'<>]+
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex SignedQuery();

    [GeneratedRegex(
        """(?<before>/signedresources/)[^\s"'<>\\/?#]+|(?<before>\bhttps?://)[^\s"'<>\\/?#@]+(?<after>@)""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex SignedPlace();
}
