using System.Security.Claims;
using TenantHub.Accounts;
using TenantHub.Errors;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Security;

/// <summary>The one way from an id in a request to an account: for a bound key every account but its own does not exist.</summary>
internal static class AccountAccess
{
    /// <summary>Gives the account's grain, or the same error whether the account is not there or not the caller's. A caller that is not
    /// bound pays nothing.</summary>
    public static ValueTask<(ILinkedAccountGrain? Account, ServiceError? Error)> FindAccountAsync(
        this IGrainFactory grains,
        ClaimsPrincipal user,
        string id
    ) =>
        LinkedAccountId.TryParse(id, out _)
            ? CheckAsync(grains.GetGrain<ILinkedAccountGrain>(id), user, id)
            : new((null, RequestErrors.NoSuchAccount(id)));

    /// <summary>The same for those who come with every call.</summary>
    public static ValueTask<(ILinkedAccountGrain? Account, ServiceError? Error)> FindAccountAsync(
        this GrainReferences<ILinkedAccountGrain> accounts,
        ClaimsPrincipal user,
        string id
    ) => LinkedAccountId.TryParse(id, out _) ? CheckAsync(accounts.Of(id), user, id) : new((null, RequestErrors.NoSuchAccount(id)));

    private static async ValueTask<(ILinkedAccountGrain? Account, ServiceError? Error)> CheckAsync(
        ILinkedAccountGrain account,
        ClaimsPrincipal user,
        string id
    )
    {
        var caller = Caller.Of(user);
        if (!caller.IsBound)
            return (account, null);
        return await account.DescribeAsync() is AccountResult.Described { Account: var known } && caller.MaySee(known)
            ? (account, null)
            : (null, RequestErrors.NoSuchAccount(id));
    }
}
