using System.Security.Claims;
using TenantHub.Accounts;
using TenantHub.Errors;
using TenantHub.Profiles;
using TenantHub.Server.Errors;
using TenantHub.Server.Security;

namespace TenantHub.Server.Actions;

/// <summary>What an account's profile enables, for lists of actions: an account that the caller may not see does not exist.</summary>
internal sealed class EnabledActions(GrainReferences<ILinkedAccountGrain> accounts, IGrainFactory grains)
{
    /// <summary>The enabled actions, null for all; or why there is no answer.</summary>
    public async Task<(IReadOnlySet<string>? Enabled, ServiceError? Unknown)> OfAsync(ClaimsPrincipal user, string accountId)
    {
        var (account, unknown) = await accounts.FindAccountAsync(user, accountId);
        if (account is null || await account.DescribeAsync() is not AccountResult.Described { Account: var linked })
            return (null, unknown ?? RequestErrors.NoSuchAccount(accountId));
        var profile = linked.ProfileId is { } id ? await grains.GetGrain<IConnectorProfileGrain>(id).DescribeAsync() : null;
        return ((profile as ProfileResult.Described)?.Profile.EnabledActions?.ToHashSet(), null);
    }
}
