using TenantHub.Accounts;
using TenantHub.Errors;

namespace TenantHub.Linking;

/// <summary>
/// Keeps one owner from linking the same Autodesk account twice; the key is the owner's id. What is linked is in the directory, what is
/// being linked is remembered here until it must have ended.
/// </summary>
[Alias("tenanthub.owner-links")]
internal interface IOwnerLinksGrain : IGrainWithStringKey
{
    /// <summary>Reserves an Autodesk account for one linked account; answers with the error when another has it.</summary>
    [Alias("Claim")]
    Task<ServiceError?> ClaimAsync(string accountId, string accAccountId, string? profileId, string clientId);

    /// <summary>Counts a connect session that is opened; answers with the error when the owner has too many.</summary>
    [Alias("Open")]
    Task<ServiceError?> OpenAsync(DateTimeOffset until);

    /// <summary>Gives up what was reserved.</summary>
    [Alias("Release")]
    Task ReleaseAsync(string accountId);
}

internal sealed class OwnerLinksGrain(IAccountDirectory directory, TimeProvider clock) : Grain, IOwnerLinksGrain
{
    private static readonly TimeSpan LongestLink = TimeSpan.FromMinutes(4); // The response time-out of linking.

    private const int MaxOpenSessions = 100;

    private readonly Dictionary<string, (string AccountId, DateTimeOffset Until)> _claims = [];
    private readonly List<DateTimeOffset> _openUntil = [];

    public async Task<ServiceError?> ClaimAsync(string accountId, string accAccountId, string? profileId, string clientId)
    {
        var now = clock.GetUtcNow();
        foreach (var old in _claims.Where(claim => claim.Value.Until <= now).Select(claim => claim.Key).ToList())
            _claims.Remove(old);

        var target = $"{accAccountId}|{profileId ?? clientId}";
        if (_claims.TryGetValue(target, out var claim) && claim.AccountId != accountId)
            return Exists(claim.AccountId, accAccountId);
        var linked = await directory.ListAsync(
            new AccountFilter
            {
                OriginOwnerIds = [this.GetPrimaryKeyString()],
                AccAccountIds = [accAccountId],
                PageSize = 100,
            }
        );
        if (
            linked.FirstOrDefault(account =>
                account.Id != accountId && account.ProfileId == profileId && (profileId is not null || account.ClientId == clientId)
            ) is
            { } other
        )
            return Exists(other.Id, accAccountId);
        _claims[target] = (accountId, now + LongestLink);
        return null;
    }

    /// <summary>Kept in memory only: a restart forgets them, and whoever floods is stopped again a hundred later.</summary>
    public Task<ServiceError?> OpenAsync(DateTimeOffset until)
    {
        var now = clock.GetUtcNow();
        _openUntil.RemoveAll(end => end <= now);
        if (_openUntil.Count >= MaxOpenSessions)
            return Task.FromResult<ServiceError?>(LinkErrors.TooManyOpen(MaxOpenSessions, _openUntil.Min() - now));
        _openUntil.Add(until);
        DelayDeactivation(until - now);
        return Task.FromResult<ServiceError?>(null);
    }

    public Task ReleaseAsync(string accountId)
    {
        foreach (var target in _claims.Where(claim => claim.Value.AccountId == accountId).Select(claim => claim.Key).ToList())
            _claims.Remove(target);
        return Task.CompletedTask;
    }

    private static ServiceError Exists(string accountId, string accAccountId) =>
        new(
            ErrorCode.AccountExists,
            ErrorSource.Caller,
            $"This Autodesk account ({accAccountId}) is linked already, as {accountId}. Nothing was stored."
        )
        {
            NextStep = "Use that account, or relink it with a connect session that names its account_id.",
        };
}
