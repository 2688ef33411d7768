using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Calls;
using TenantHub.Provisioning;
using TenantHub.Quotas;

namespace TenantHub.Profiles;

/// <summary>
/// Keeps what an account knows of its connector profile fresh: read again when the profile has changed (<see cref="ProfileNews"/>), and,
/// should that be lost on the way, after <see cref="ProvisioningOptions.ReadProfileEvery"/>, when there is work.
/// </summary>
internal sealed partial class ProfileReader(
    GrainReferences<IProfileAppGrain> profiles,
    IOptions<ProvisioningOptions> provisioning,
    IOptions<LaneOptions> lanes,
    IOptions<QuotaOptions> quotas,
    ProfileNews news,
    TimeProvider clock,
    ILogger<ProfileReader> logger
)
{
    public Task<ProfileApp?> FindAsync(string profileId) => profiles.Of(profileId).GetAppAsync();

    /// <summary>
    /// Reads the profile again when that is due. Who comes during a look waits for it too: else a call would pass the one before it on the
    /// way to the lane. After the call's deadline what is known is used.
    /// </summary>
    public Task RefreshAsync(ActiveAccount account, long until)
    {
        if (account.ProfileRead.IsCompleted && IsDue(account))
            account.ProfileRead = ReadAsync(account);
        return account.ProfileRead.IsCompleted ? account.ProfileRead : WaitAsync(clock.WithinAsync(account.ProfileRead, until));

        static async Task WaitAsync(Task read) =>
            await read.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <summary>Reads the profile now. When it cannot be read the one that is known goes on being used.</summary>
    public async Task ReadAsync(ActiveAccount account)
    {
        if (account.Record.Linked?.ProfileId is not { } profileId)
            return;
        var readAt = account.ProfileReadAt = clock.GetTimestamp();
        try
        {
            Adopt(account, await FindAsync(profileId), readAt); // Not later: it may have changed since it was answered.
        }
        catch (Exception exception)
        {
            LogProfileNotRead(exception, account.Id, profileId);
        }
    }

    private bool IsDue(ActiveAccount account) =>
        clock.GetElapsedTime(account.ProfileReadAt) >= provisioning.Value.ReadProfileEvery
        || news.IsNewer(account.ProfileId, account.ProfileReadAt);

    public void Adopt(ActiveAccount account, ProfileApp? profile, long? readAt = null)
    {
        (account.Profile, account.ProfileReadAt) = (profile, readAt ?? clock.GetTimestamp());
        account.Lane.ParallelReads = profile?.Limits.ParallelReads ?? lanes.Value.ParallelReads;
        var limit = profile?.Limits.RequestsPerMinute;
        if (limit is null && account.TrafficSoFar?.Cap is null)
            return;
        if (limit != account.Traffic.Cap?.Limit)
            account.Traffic.Cap = limit is { } cap ? new RequestCap(cap, quotas.Value.Window, clock) : null;
    }

    [LoggerMessage(
        1004,
        LogLevel.Warning,
        "Account {AccountId}: the profile {ProfileId} could not be read again; the one that is known goes on being used"
    )]
    private partial void LogProfileNotRead(Exception exception, string accountId, string profileId);
}
