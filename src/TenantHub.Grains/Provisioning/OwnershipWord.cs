using System.Text.Json;
using System.Text.RegularExpressions;

namespace TenantHub.Provisioning;

/// <summary>
/// The word that an account's admin puts into the account to show that it is his (docs/adr/0018). Nobody can put one there through
/// TenantHub: then any account of the same Autodesk account could prove what only its admin is to prove.
/// </summary>
internal static partial class OwnershipWord
{
    /// <summary>The word of a link: of the linked account's id, which is new with every link.</summary>
    public static string Of(string accountId) => $"TH-{accountId[^8..^4]}-{accountId[^4..]}";

    /// <summary>Whether a text in a body holds such a word, of whichever link.</summary>
    public static bool IsIn(JsonBytes? body)
    {
        if (body is null)
            return false;
        var reader = new Utf8JsonReader(body.Span);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String && Any().IsMatch(reader.GetString()!))
                return true;
        }

        return false;
    }

    [GeneratedRegex("TH-[0-9A-Z]{4}-[0-9A-Z]{4}")]
    private static partial Regex Any();
}
