using TenantHub.Accounts;
using TenantHub.Autodesk.Catalog;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Profiles;
using TenantHub.Quotas;
using TenantHub.Server.Quotas;
using TenantHub.Server.Security;
using TenantHub.Server.Ui.Layout;

namespace TenantHub.Server.Ui.Quotas;

/// <summary>
/// What one open page knows of the limits of a client id. The limits are read each time; whose calls use them up is counted out of the call
/// log, which costs more, so it is done only every few seconds.
/// </summary>
internal sealed class QuotaWatch(
    QuotaAccess access,
    ActionCatalog catalog,
    ICallLog log,
    IAccountDirectory directory,
    IProfileDirectory profiles,
    TimeProvider clock
)
{
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(8);

    private DateTimeOffset _countedAt;

    public string ClientId { get; private set; } = "";

    /// <summary>Gets every limit of the client id; null before the first reading.</summary>
    public IReadOnlyList<QuotaDescription>? Limits { get; private set; }

    /// <summary>Gets whose calls used the limits up lately; null before the first count.</summary>
    public QuotaUse? Use { get; private set; }

    /// <summary>Gets the accounts that wait, as far as the caller may see them.</summary>
    public IReadOnlyDictionary<string, AccountDescription> Names { get; private set; } = new Dictionary<string, AccountDescription>();

    /// <summary>Begins with another client id, of which nothing is known yet.</summary>
    public void Follow(string clientId) => (ClientId, Limits, Use, _countedAt) = (clientId, null, null, default);

    /// <summary>Reads the limits.</summary>
    public async Task<ServiceError?> ReadAsync()
    {
        var client = ClientId;
        var (limits, error) = await access.DescribeAsync(client);
        if (client != ClientId)
            return null; // The page shows another client id by now.
        Limits = limits ?? Limits;
        return error;
    }

    /// <summary>Counts whose calls use the limits up, when the last count is old, and learns the names of those who wait.</summary>
    public async Task CountAsync(Caller caller)
    {
        var (client, now) = (ClientId, clock.GetUtcNow());
        var waiting = (Limits ?? []).SelectMany(quota => quota.Waiting.Take(QuotaAccounts.MaxShown)).Select(one => one.AccountId).ToList();
        if (!waiting.All(Names.ContainsKey))
            Names = await AccountNames.FindAsync(directory, waiting, caller);
        if (now - _countedAt < CountEvery)
            return;
        var use = await QuotaUse.CountAsync(log, directory, profiles, catalog, client, caller, now);
        if (client == ClientId)
            (Use, _countedAt) = (use, now);
    }
}
