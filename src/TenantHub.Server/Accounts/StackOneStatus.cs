using TenantHub.Accounts;

namespace TenantHub.Server.Accounts;

/// <summary>Our statuses in StackOne's words.</summary>
internal static class StackOneStatus
{
    public static IReadOnlyList<string> Words { get; } = ["active", "inactive", "suspended", "archived", "expired", "error"];

    public static string Of(AccountStatus status) =>
        status switch
        {
            AccountStatus.Active or AccountStatus.Degraded => "active",
            AccountStatus.Pending or AccountStatus.AwaitingProvisioning => "inactive",
            AccountStatus.Suspended => "suspended",
            AccountStatus.Error => "error",
            AccountStatus.Unlinked => "archived",
            _ => throw new ArgumentOutOfRangeException(nameof(status)),
        };
}
