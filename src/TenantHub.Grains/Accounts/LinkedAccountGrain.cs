using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Storage;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Calls;
using TenantHub.Credentials;
using TenantHub.Errors;
using TenantHub.Profiles;
using TenantHub.Quotas;
using TenantHub.Secrets;
using TenantHub.Telemetry;

namespace TenantHub.Accounts;

/// <summary>
/// One linked account. This file: fields, activation, describe, and the one way to change the state. Running an action:
/// LinkedAccountGrain.Actions.cs. Linking and verifying: LinkedAccountGrain.Linking.cs. One request to Autodesk: LinkedAccountGrain.Calls.cs.
/// The app's secrets and their rotation: LinkedAccountGrain.Credentials.cs.
/// </summary>
/// <remarks>
/// Reentrant, because an operator's look at the account must answer in milliseconds while a call takes seconds (docs/adr/0001).
/// What keeps calls apart is <see cref="_lane"/>: whatever sends to Autodesk on behalf of an action holds the lane's place.
/// What keeps writes apart is <see cref="_commits"/>, which is there while somebody writes: the state is replaced only in <see cref="CommitAsync"/>.
/// </remarks>
[Reentrant]
internal sealed partial class LinkedAccountGrain : Grain, ILinkedAccountGrain, IRemindable
{
    private const int KeptCalls = 20;
    private const int KeptStatusChanges = 20;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2); // Less than the response time-out of the contract.
    private static readonly TimeSpan CommitWait = TimeSpan.FromSeconds(30);

    private readonly IPersistentState<LinkedAccountState> _state;
    private readonly ActionCatalog _catalog;
    private readonly ApsClient _aps;
    private readonly SignedUrlTransfer _transfer;
    private readonly IAccountDirectory _directory;
    private readonly IIdempotencyStore _keys;
    private readonly ICallLog _callLog;
    private readonly IAccountHoldings _holdings;
    private readonly ISecretVault _vault;
    private readonly CallPipelines _pipelines;
    private readonly GrainReferences<IPermitGrain> _permits;
    private readonly HubTelemetry _telemetry;
    private readonly ApsOptions _apsOptions;
    private readonly LaneOptions _laneOptions;
    private readonly ProvisioningOptions _provisioningOptions;
    private readonly QuotaOptions _quotaOptions;
    private readonly ResilienceOptions _resilience;
    private readonly CancellationToken _draining;
    private readonly CredentialOptions _credentialOptions;
    private readonly TimeProvider _clock;
    private readonly ILogger<LinkedAccountGrain> _logger;

    private readonly Lane _lane;
    private readonly Queue<CallDescription> _recentCalls = new();
    private Lane? _commits;
    private ProfileApp? _profile;
    private Task _profileRead = Task.CompletedTask;
    private long _profileReadAt;
    private RequestCap? _ownCap;

    public LinkedAccountGrain(
        [PersistentState("account")] IPersistentState<LinkedAccountState> state,
        ActionCatalog catalog,
        ApsClient aps,
        SignedUrlTransfer transfer,
        IAccountDirectory directory,
        IIdempotencyStore keys,
        ICallLog callLog,
        IAccountHoldings holdings,
        ISecretVault vault,
        CallPipelines pipelines,
        GrainReferences<IPermitGrain> permits,
        HubTelemetry telemetry,
        IOptions<ApsOptions> apsOptions,
        IOptions<LaneOptions> laneOptions,
        IOptions<ProvisioningOptions> provisioningOptions,
        IOptions<QuotaOptions> quotaOptions,
        IOptions<ResilienceOptions> resilience,
        IOptions<CredentialOptions> credentialOptions,
        Draining draining,
        TimeProvider clock,
        ILogger<LinkedAccountGrain> logger)
    {
        (_state, _catalog, _aps, _transfer, _directory, _keys) = (state, catalog, aps, transfer, directory, keys);
        (_holdings, _vault, _pipelines, _permits) = (holdings, vault, pipelines, permits);
        (_apsOptions, _laneOptions, _provisioningOptions) = (apsOptions.Value, laneOptions.Value, provisioningOptions.Value);
        (_quotaOptions, _resilience, _credentialOptions) = (quotaOptions.Value, resilience.Value, credentialOptions.Value);
        (_callLog, _telemetry) = (callLog, telemetry);
        (_draining, _clock, _logger) = (draining.Token, clock, logger);
        _lane = new Lane(_laneOptions.MaxWaitingCalls, clock, _draining) { ParallelReads = _laneOptions.ParallelReads };
    }

    private LinkedAccountState State => _state.State;

    private string Id => this.GetPrimaryKeyString();

    /// <summary>Gets the account when it is linked, and null before and after.</summary>
    private AccountDescription? Linked => State.Account is { Status: not AccountStatus.Unlinked } account ? account : null;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (State.Account is not { } account) return;
        _state.State = State.Opened(_vault, Owner);
        if (account.ProfileId is { } profileId) Adopt(await GrainFactory.GetGrain<IProfileAppGrain>(profileId).GetAppAsync());
        await ListAsync(account); // A crash between the state's write and the directory's is mended here.
    }

    public Task<AccountResult> DescribeAsync() => Task.FromResult(Answer());

    public async Task<AccountLiveState?> GetLiveStateAsync()
    {
        if (Linked is not { } account) return null;
        var lane = _lane.Describe();
        return new AccountLiveState
        {
            Account = account,
            Lane = lane with { Running = [.. await Task.WhenAll(lane.Running.Select(entry => WithQuotaAsync(account, entry)))] },
            AccessTokens = [.. _tokens.Select(token => new AccessTokenDescription(token.Key.ScopeKey.Split(' '), token.Value.ExpiresAt))],
            Checks = State.Checks,
            RecentCalls = [.. _recentCalls.Reverse()],
            History = State.History,
            WasProven = State.ProvenAt is not null,
        };
    }

    /// <summary>A call that waits for a permit stands in the quota's queue: the quota knows its place there and when it will start.</summary>
    private async Task<LaneEntryDescription> WithQuotaAsync(AccountDescription account, LaneEntryDescription entry)
    {
        if (entry.Phase is not CallPhase.Quota || _catalog.Find(entry.ActionId)?.QuotaGroupName is not { } group || !_quotaOptions.Enabled) return entry;
        var forecast = await GrainFactory.GetGrain<IPermitGrain>(QuotaKey.Of(account.ClientId, group)).ForeseeAsync(Id);
        return entry with { Position = forecast.Position, ExpectedStartAt = forecast.ExpectedStartAt };
    }

    /// <summary>
    /// A profile's changes reach its accounts within <see cref="ProvisioningOptions.ReadProfileEvery"/>, by being looked for when there is work.
    /// Who comes during a look waits for it too: else a call would pass the one before it on the way to the lane.
    /// </summary>
    private Task RefreshProfileAsync()
    {
        if (_profileRead.IsCompleted && _clock.GetElapsedTime(_profileReadAt) >= _provisioningOptions.ReadProfileEvery) _profileRead = ReadProfileAsync();
        return _profileRead;
    }

    private async Task ReadProfileAsync()
    {
        if (Linked?.ProfileId is not { } profileId) return;
        _profileReadAt = _clock.GetTimestamp();
        try
        {
            Adopt(await GrainFactory.GetGrain<IProfileAppGrain>(profileId).GetAppAsync());
        }
        catch (Exception exception)
        {
            LogProfileNotRead(exception, Id, profileId); // The one that is known goes on being used.
        }
    }

    private void Adopt(ProfileApp? profile)
    {
        (_profile, _profileReadAt) = (profile, _clock.GetTimestamp());
        _lane.ParallelReads = profile?.Limits.ParallelReads ?? _laneOptions.ParallelReads;
        if (profile?.Limits.RequestsPerMinute != _ownCap?.Limit)
            _ownCap = profile?.Limits.RequestsPerMinute is { } cap ? new RequestCap(cap, _quotaOptions.Window, _clock) : null;
    }

    private AccountResult Answer() => Linked is { } account ? new AccountResult.Described(account) : AccountErrors.NotFound(Id);

    /// <summary>
    /// The only place where the state changes. The new state holds once it is stored; when it cannot be stored the old one stays in force and
    /// this activation ends, because another one may own the account by now. When it is certain that another does (the stored ETag is newer than
    /// ours), nothing more is sent from here either.
    /// </summary>
    private async Task<HubError?> CommitAsync(Func<LinkedAccountState, LinkedAccountState> change)
    {
        var commits = _commits ??= new Lane(_laneOptions.MaxWaitingCalls * 2, _clock);
        try
        {
            using var turn = await commits.EnterAsync(new LaneCall("commit"), CommitWait, CancellationToken.None);
            return turn.Refusal ?? await CommitInTurnAsync(change);
        }
        finally
        {
            if (commits.Count == 0) _commits = null; // Idle accounts are many, and a lane weighs hundreds of bytes.
        }
    }

    private async Task<HubError?> CommitInTurnAsync(Func<LinkedAccountState, LinkedAccountState> change)
    {
        var before = State;
        var after = change(before);
        if (ReferenceEquals(before, after)) return null;
        var now = _clock.GetUtcNow();
        after = after with
        {
            Account = after.Account! with { Revision = (before.Account?.Revision ?? 0) + 1, UpdatedAt = now },
            Credentials = after.Credentials?.Trimmed(_vault, Owner, now),
        };
        try
        {
            // Reminders come first: one that finds nothing to do goes away, a change whose reminder is missing might never be heard of.
            if (IsWaiting(after.Account) && !IsWaiting(before.Account)) await this.RegisterOrUpdateReminder(LookReminder, FirstLook, FirstLook);
            var events = await AnnounceAsync(before.Account, after.Account);
            after = after with { Outbox = [.. LastIn(before.Outbox) == _handedOver ? [] : before.Outbox, .. events] };
            _state.State = after;
            await _state.WriteStateAsync();
        }
        catch (InconsistentStateException)
        {
            _state.State = before;
            LogSuperseded(Id);
            _lane.Close(AccountErrors.Superseded(Id));
            DeactivateOnIdle();
            return AccountErrors.StorageFailed();
        }
        catch (Exception exception)
        {
            _state.State = before;
            LogNotStored(exception, Id);
            DeactivateOnIdle();
            return AccountErrors.StorageFailed();
        }

        await ListAsync(after.Account);
        await HandOverAsync();
        return null;
    }

    /// <summary>The directory is derived, so a failure here is no failure of the change: the next activation puts the row right.</summary>
    private async Task ListAsync(AccountDescription account)
    {
        try
        {
            await _directory.UpsertAsync(account);
        }
        catch (Exception exception)
        {
            LogNotListed(exception, Id);
        }
    }

    /// <summary>A state with another status, when the table allows it; the same state when nothing changes.</summary>
    private LinkedAccountState WithStatus(LinkedAccountState state, AccountStatus status, string reason, string? nextStep)
    {
        var account = state.Account!;
        if (!AccountTransitions.IsAllowed(account.Status, status)) return state;
        if (account.Status == status && account.Reason == reason && account.NextStep == nextStep) return state;

        var now = _clock.GetUtcNow();
        LogStatus(Id, account.Status, status, reason);
        return state with
        {
            Account = account with
            {
                Status = status,
                Reason = reason,
                NextStep = nextStep,
                StatusSince = account.Status == status ? account.StatusSince : now,
            },
            ProvenAt = state.ProvenAt ?? (status is AccountStatus.Active ? now : null),
            History = new[] { new StatusChange(status, reason, now) }.Concat(state.History.Take(KeptStatusChanges - 1)).ToArray(), // Exactly as large as it must be, as the checks.
        };
    }
}
