using TenantHub.Accounts;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Profiles;
using TenantHub.Quotas;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Quotas;

/// <summary>
/// The one way from a client id in a request to its quota grains. A client id that no account and no profile has gets none: otherwise
/// whoever may read quotas could fill the silos with grains by making ids up.
/// </summary>
internal sealed class QuotaAccess(IGrainFactory grains, ActionCatalog catalog, IAccountClaims claims, IProfileDirectory profiles)
{
    private const int ProfilesPerPage = 500;

    /// <summary>Describes every limit of one client id.</summary>
    public async Task<(QuotaDescription[]? Limits, ServiceError? Error)> DescribeAsync(
        string clientId,
        CancellationToken cancellationToken = default
    ) =>
        await IsKnownAsync(clientId, cancellationToken)
            ? (await Task.WhenAll(catalog.QuotaGroups.Select(group => Quota(clientId, group.Name).DescribeAsync())), null)
            : (null, RequestErrors.NoSuchQuota(clientId, null));

    /// <summary>Finds one limit of a client id.</summary>
    public async Task<(IQuotaGrain? Quota, ServiceError? Error)> FindAsync(
        string clientId,
        string quotaGroup,
        CancellationToken cancellationToken = default
    ) =>
        catalog.FindQuotaGroup(quotaGroup) is not null && await IsKnownAsync(clientId, cancellationToken)
            ? (Quota(clientId, quotaGroup), null)
            : (null, RequestErrors.NoSuchQuota(clientId, quotaGroup));

    private IQuotaGrain Quota(string clientId, string quotaGroup) => grains.GetGrain<IQuotaGrain>(QuotaKey.Of(clientId, quotaGroup));

    private async Task<bool> IsKnownAsync(string clientId, CancellationToken cancellationToken)
    {
        if (clientId.Length > 255 || clientId.Any(letter => letter is '|' || char.IsControl(letter) || char.IsWhiteSpace(letter)))
            return false;
        if (await claims.IsClientKnownAsync(clientId, cancellationToken))
            return true;
        for (var page = 1; ; page++) // A profile that no account uses yet; there are few profiles.
        {
            var found = await profiles.ListAsync(page, ProfilesPerPage, cancellationToken);
            if (found.Any(profile => profile.ClientId == clientId))
                return true;
            if (found.Count < ProfilesPerPage)
                return false;
        }
    }
}
