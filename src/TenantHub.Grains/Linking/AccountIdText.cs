using System.Text.RegularExpressions;

namespace TenantHub.Linking;

/// <summary>
/// Finds the account id in what people paste: the id with or without <c>b.</c>, or an address of Autodesk's account pages. Addresses may
/// hold several ids; the account's comes after <c>accounts/</c>, <c>admin/</c> or <c>accountId=</c>.
/// </summary>
internal static partial class AccountIdText
{
    /// <summary>The id, lower case and without <c>b.</c>; null when there is none.</summary>
    public static string? Find(string text)
    {
        if (text.Length > 2000)
            return null;
        var named = Named().Match(text);
        var id =
            named.Success ? named.Groups[1].Value
            : Uuid().Match(text) is { Success: true } first ? first.Groups[1].Value
            : null;
        return id?.ToLowerInvariant();
    }

    [GeneratedRegex(
        @"(?:accounts?/|admin/|account_?id=|hubs/)(?:b\.)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Named();

    [GeneratedRegex(
        @"(?<![0-9a-z-])(?:b\.)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?![0-9a-f-])",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Uuid();
}
