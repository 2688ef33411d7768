using TenantHub.Accounts;
using TenantHub.Autodesk.Catalog;
using TenantHub.Calls;
using TenantHub.Profiles;
using TenantHub.Server.Security;
using TenantHub.Server.Ui.Layout;

namespace TenantHub.Server.Ui.Quotas;

/// <summary>Which accounts have lately used up the limits of a client id: counted over the newest calls of the log, request by
/// request.</summary>
/// <param name="ByGroup">The accounts of each quota group, the greediest first.</param>
/// <param name="Since">How far back the calls that were looked at go.</param>
/// <param name="Calls">How many they were, of other client ids too.</param>
public sealed record QuotaUse(IReadOnlyDictionary<string, IReadOnlyList<QuotaShare>> ByGroup, DateTimeOffset Since, int Calls)
{
    private const int MaxCalls = 1000;
    private const int MaxProfiles = 1000;
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(10);

    public static async Task<QuotaUse> CountAsync(
        ICallLog log,
        IAccountDirectory directory,
        IProfileDirectory profiles,
        ActionCatalog catalog,
        string clientId,
        Caller caller,
        DateTimeOffset now
    )
    {
        // The log does not know client ids. The profiles that have this one restrict the search; without one, accounts have brought it
        // themselves.
        var owners = (await profiles.ListAsync(1, MaxProfiles))
            .Where(profile => profile.ClientId == clientId)
            .Select(profile => profile.Id)
            .ToList();
        var calls = await log.ListAsync(
            new CallLogFilter
            {
                ProfileIds = owners,
                From = now - Lately,
                PageSize = MaxCalls,
            }
        );
        var accounts = await AccountNames.FindAsync(directory, calls.Select(call => call.AccountId), caller);
        var shares = calls
            .Where(call => accounts.GetValueOrDefault(call.AccountId)?.ClientId == clientId)
            .SelectMany(call =>
                call.Steps.Where(step => step.Kind is CallStepKind.Request)
                    .Select(step => (call.AccountId, Group: catalog.Find(step.ActionId ?? "")?.QuotaGroupName))
            )
            .Where(request => request.Group is not null)
            .CountBy(request => request)
            .GroupBy(count => count.Key.Group!, count => new QuotaShare(accounts[count.Key.AccountId], count.Value))
            .ToDictionary(group => group.Key, group => (IReadOnlyList<QuotaShare>)[.. group.OrderByDescending(share => share.Requests)]);
        return new(shares, calls.Count == MaxCalls ? calls[^1].StartedAt : now - Lately, calls.Count);
    }
}

/// <summary>What one account has sent.</summary>
/// <param name="Account">The account.</param>
/// <param name="Requests">How many requests.</param>
public sealed record QuotaShare(AccountDescription Account, int Requests);
