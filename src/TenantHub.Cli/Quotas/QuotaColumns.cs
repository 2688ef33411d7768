using TenantHub.Cli.Output;
using TenantHub.Client.Quotas;

namespace TenantHub.Cli.Quotas;

/// <summary>How limits are shown.</summary>
internal static class QuotaColumns
{
    public static readonly Column<QuotaUse>[] All =
    [
        new("Client id", quota => quota.ClientId) { IsId = true },
        new("Quota group", quota => quota.QuotaGroup) { IsId = true },
        new("Used", quota => quota.Used),
        new("Limit", quota => quota.Limit),
        new("Seconds", quota => quota.WindowSeconds),
        new("From", quota => quota.LimitSource),
        new("Paused until", quota => quota.PausedUntil),
        new("Waiting", quota => quota.Waiting.Sum(account => account.Calls)),
    ];
}
