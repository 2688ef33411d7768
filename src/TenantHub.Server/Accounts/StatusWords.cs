using TenantHub.Accounts;

namespace TenantHub.Server.Accounts;

/// <summary>In whose words a filter names statuses: to StackOne's clients "active" means degraded accounts too, to an operator it does
/// not.</summary>
/// <param name="All">The words that an error offers.</param>
/// <param name="Parse">The statuses that a word means; null when it is none.</param>
internal sealed record StatusWords(IReadOnlyList<string> All, Func<string, IReadOnlyList<AccountStatus>?> Parse)
{
    /// <summary>Gets TenantHub's own words.</summary>
    public static StatusWords Ours { get; } =
        new(
            [.. Enum.GetValues<AccountStatus>().Select(WireName.Of)],
            word => WireName.TryParse<AccountStatus>(word, out var status) ? [status] : null
        );

    /// <summary>Gets StackOne's words, and ours where StackOne has none.</summary>
    public static StatusWords StackOne { get; } =
        new(
            StackOneStatus.Words,
            word =>
                StackOneStatus.Words.Contains(word)
                    ? [.. Enum.GetValues<AccountStatus>().Where(status => StackOneStatus.Of(status) == word)]
                    : Ours.Parse(word)
        );
}
