using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace TenantHub.Accounts;

/// <summary>A place in the list of accounts: after one of them. Pages that follow it stay what they are, whoever is linked or unlinked
/// meanwhile.</summary>
/// <param name="CreatedAt">When the account was linked.</param>
/// <param name="Id">The account.</param>
public sealed record AccountCursor(DateTimeOffset CreatedAt, string Id)
{
    /// <summary>The place after an account.</summary>
    /// <param name="account">The last account of a page.</param>
    public static AccountCursor After(AccountDescription account)
    {
        ArgumentNullException.ThrowIfNull(account);
        return new(account.CreatedAt, account.Id);
    }

    /// <summary>Reads what <see cref="ToString"/> has written; null when it is something else.</summary>
    /// <param name="text">The cursor as the caller sends it.</param>
    public static AccountCursor? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!Base64Url.IsValid(text))
            return null;
        var plain = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('|', 2);
        return
            plain is [var ticks, { Length: > 0 } id]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var utc)
            && utc <= DateTime.MaxValue.Ticks
            ? new(new DateTimeOffset(utc, TimeSpan.Zero), id)
            : null;
    }

    /// <summary>Writes the cursor for a URL.</summary>
    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{CreatedAt.UtcTicks}|{Id}")));
}
