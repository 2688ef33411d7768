using TenantHub.Accounts;
using TenantHub.Calls;
using TenantHub.Profiles;
using TenantHub.Server.Accounts;
using TenantHub.Server.Calls;
using TenantHub.Server.Security;

namespace TenantHub.Server.Ui.Overview;

/// <summary>How far somebody has come who begins with an empty TenantHub: profile, customer, first action.</summary>
/// <param name="HasProfile">Whether there is a connector profile, or no need of one: an account may bring its own app.</param>
/// <param name="HasAccount">Whether an account is linked.</param>
/// <param name="HasCall">Whether an action was called.</param>
public sealed record FirstSteps(bool HasProfile, bool HasAccount, bool HasCall)
{
    public bool AreDone => HasProfile && HasAccount && HasCall;

    internal static async Task<FirstSteps> ReadAsync(IProfileDirectory profiles, IAccountDirectory accounts, ICallLog log, Caller caller)
    {
        var ofAccounts = AccountQuery.Within(new AccountFilter { PageSize = 1 }, caller);
        var ofCalls = CallLogQuery.Within(new CallLogFilter { PageSize = 1 }, caller);
        var hasAccount = ofAccounts is not null && (await accounts.ListAsync(ofAccounts)).Count > 0;
        var hasCall = ofCalls is not null && (await log.ListAsync(ofCalls)).Count > 0;
        var hasProfile = hasAccount || caller.ProfileIds.Count > 0 || (!caller.IsBound && (await profiles.ListAsync(1, 1)).Count > 0);
        return new(hasProfile, hasAccount, hasCall);
    }
}
