using static TenantHub.Accounts.AccountStatus;

namespace TenantHub.Accounts;

/// <summary>The allowed changes of status, in one table.</summary>
internal static class AccountTransitions
{
    private static readonly Dictionary<AccountStatus, AccountStatus[]> Allowed = new()
    {
        [Pending] = [AwaitingProvisioning, Active, Degraded, Error, Suspended, Unlinked],
        [AwaitingProvisioning] = [Pending, Active, Degraded, Error, Suspended, Unlinked],
        [Active] = [AwaitingProvisioning, Degraded, Error, Suspended, Unlinked],
        [Degraded] = [Pending, AwaitingProvisioning, Active, Error, Suspended, Unlinked],
        [Error] = [Pending, AwaitingProvisioning, Active, Degraded, Suspended, Unlinked],
        [Suspended] = [Pending, AwaitingProvisioning, Active, Degraded, Error, Unlinked],
        [Unlinked] = [],
    };

    public static bool IsAllowed(AccountStatus from, AccountStatus to) => from == to || Allowed[from].Contains(to);
}
