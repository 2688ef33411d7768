using TenantHub.Accounts;

namespace TenantHub.Server.Accounts;

/// <summary>Our statuses in StackOne's words, and back for filters.</summary>
internal static class StackOneStatus
{
    public static IReadOnlyList<string> Words { get; } = ["active", "inactive", "suspended", "archived", "expired", "error"];

    public static string Of(AccountStatus status) => status switch
    {
        AccountStatus.Active or AccountStatus.Degraded => "active",
        AccountStatus.Pending or AccountStatus.AwaitingProvisioning => "inactive",
        AccountStatus.Suspended => "suspended",
        AccountStatus.Error => "error",
        AccountStatus.Unlinked => "archived",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    /// <summary>The statuses that a filter word names: StackOne's or ours; null when it is neither.</summary>
    public static IReadOnlyList<AccountStatus>? Parse(string word)
    {
        if (Words.Contains(word)) return [.. Enum.GetValues<AccountStatus>().Where(status => Of(status) == word)];
        return WireName.TryParse<AccountStatus>(word, out var own) ? [own] : null;
    }
}
