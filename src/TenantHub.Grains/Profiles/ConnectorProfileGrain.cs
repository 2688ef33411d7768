using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Credentials;
using TenantHub.Errors;
using TenantHub.Health;
using TenantHub.Quotas;
using TenantHub.Secrets;
using TenantHub.Storage;
using TenantHub.Tokens;

namespace TenantHub.Profiles;

/// <summary>The admin's one-time set-up, shared by many accounts. Not reentrant: creation is rare, and one at a time is right.</summary>
internal sealed partial class ConnectorProfileGrain(
    [PersistentState("profile")] IPersistentState<ConnectorProfileState> state,
    ActionCatalog catalog,
    IAccountDirectory accounts,
    IProfileDirectory profiles,
    ISecretVault vault,
    IOptions<CredentialOptions> credentialOptions,
    ProfileNews news,
    Peers peers,
    TimeProvider clock,
    ILogger<ConnectorProfileGrain> logger
) : Grain, IConnectorProfileGrain, IProfileAppGrain
{
    private ConnectorProfileState _inForce = new(); // The last one that was read or stored: what is being stored may fail.
    private ConnectorProfileState? _appOf;
    private ProfileApp? _app;
    private ShortStay? _stay;
    private ProfileDescription? _lost; // What is listed of a profile whose state is missing.
    private StorageException? _damage;

    private string Id => this.GetPrimaryKeyString();

    /// <summary>Gets the profile's name in sealed values.</summary>
    private string Owner => "profile/" + Id;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _inForce = state.State.Opened(vault, Owner);
        if (_inForce.Profile is { } profile)
            await ListAsync(profile); // A crash between the state's write and the directory's is mended here.
        else if (await profiles.FindAsync(Id, cancellationToken) is { } listed)
            OpenDamaged(listed);
    }

    /// <summary>A state is written before its row, so a row without a state says that the state was lost.</summary>
    private void OpenDamaged(ProfileDescription listed)
    {
        (_lost, _damage) = (
            listed,
            new StorageException(
                $"What is stored of the connector profile {Id} is missing, though it is listed. Restore it from a backup, or create it again with POST /profiles under the same id."
            ).At("profile", GrainContext.GrainId)
        );
        LogDamaged(Id, _damage.Message);
    }

    public async Task<ProfileResult> CreateAsync(CreateProfileRequest request, CancellationToken cancellationToken)
    {
        if (_inForce.Profile is not null)
            return new ServiceError(ErrorCode.ProfileExists, ErrorSource.Caller, $"There is a connector profile {Id} already.")
            {
                NextStep = "Choose another id.",
            };
        if (Check(request) is { } invalid)
            return invalid;

        // A secret that Autodesk refuses is not worth storing. When Autodesk cannot be asked, it is stored and proven by the first link.
        var app = request.ClientId is null ? null : AppCredentials.Candidate(request.ClientId, request.ClientSecret!);
        if (app is not null && await TryAsync(app, request.EnabledActions) is { Code: ErrorCode.CredentialsRejected } refusal)
            return refusal;

        var profile = new ProfileDescription(Id, request.Name, request.ClientId, request.EnabledActions, clock.GetUtcNow())
        {
            Limits = request.Limits ?? new(),
            SharedBuckets = request.SharedBuckets,
            OwnershipProof = request.OwnershipProof,
            Approval = request.Approval,
        };
        var credentials = app is null ? null : AppCredentials.Of(vault, Owner, app.ClientSecret, app.CredentialVersion);
        return await StoreAsync(new ConnectorProfileState { Profile = profile, Credentials = credentials }, cancellationToken);
    }

    public async Task<ProfileResult> RotateCredentialsAsync(string? clientId, Secret clientSecret, CancellationToken cancellationToken)
    {
        if (_inForce.Profile is not { } profile)
            return NotFound();
        if (profile.ClientId is not { } app || _inForce.Credentials is not { } held)
        {
            return new ServiceError(
                ErrorCode.InvalidRequest,
                ErrorSource.Caller,
                $"The connector profile {Id} has no app of its own; its accounts bring theirs."
            )
            {
                NextStep = "Change an account's secret with POST /accounts/{id}/credentials.",
            };
        }

        if (AccountInput.CheckRotation(app, clientId, clientSecret) is { } invalid)
            return invalid;

        // What Autodesk cannot answer proves nothing, so it is refused too: the secret in force works, and this can be asked again.
        var candidate = AppCredentials.Candidate(app, clientSecret);
        if (await TryAsync(candidate, profile.EnabledActions) is { Code: not ErrorCode.ScopeNotGranted } refusal)
            return refusal with { Detail = refusal.Detail + " Nothing was stored; the secret in force goes on being used." };

        var previousUntil = clock.GetUtcNow() + credentialOptions.Value.RotationOverlap;
        return await StoreAsync(
            _inForce with
            {
                Credentials = held.Rotated(vault, Owner, clientSecret, candidate.CredentialVersion, previousUntil),
            },
            cancellationToken
        );
    }

    public async Task<ProfileResult> SetLimitsAsync(ProfileLimits limits, CancellationToken cancellationToken)
    {
        if (_inForce.Profile is not { } profile)
            return NotFound();
        var faults = new List<InputFault>();
        CheckLimits(limits, profile.ClientId, faults);
        return InputErrors.Of(faults) is { } invalid
            ? invalid
            : await StoreAsync(_inForce with { Profile = profile with { Limits = limits } }, cancellationToken);
    }

    public async Task<ProfileResult> ShareBucketsAsync(bool shared, CancellationToken cancellationToken) =>
        _inForce.Profile is not { } profile
            ? NotFound()
            : await StoreAsync(_inForce with { Profile = profile with { SharedBuckets = shared } }, cancellationToken);

    public async Task<ProfileResult> DemandProofAsync(OwnershipProof proof, CancellationToken cancellationToken) =>
        _inForce.Profile is not { } profile
            ? NotFound()
            : await StoreAsync(_inForce with { Profile = profile with { OwnershipProof = proof } }, cancellationToken);

    /// <summary>Autodesk's limits belong to the client id, so the quotas are told first; told twice is told once, so a failure may be
    /// repeated.</summary>
    private async Task<ProfileResult> StoreAsync(ConnectorProfileState after, CancellationToken cancellationToken)
    {
        var before = _inForce;
        var now = clock.GetUtcNow();
        after = after with
        {
            Profile = after.Profile! with { Revision = ((before.Profile ?? _lost)?.Revision ?? 0) + 1, UpdatedAt = now },
            Credentials = after.Credentials?.Trimmed(vault, Owner, now),
        };
        var profile = after.Profile;
        if (profile.ClientId is { } clientId)
        {
            var groups = profile.Limits.QuotaGroups.Keys.Union(before.Profile?.Limits.QuotaGroups.Keys ?? []);
            foreach (var group in groups)
            {
                var quota = GrainFactory.GetGrain<IQuotaGrain>(QuotaKey.Of(clientId, group));
                var result = await quota.SetLimitAsync(profile.Limits.QuotaGroups.TryGetValue(group, out var limit) ? limit : null);
                if (result.Error is { } error)
                    return error;
            }
        }

        try
        {
            state.State = after;
            await state.WriteStateAsync(cancellationToken);
            _inForce = after;
            news.Note(Id);
        }
        catch (Exception exception)
        {
            state.State = before;
            LogNotStored(exception, Id);
            DeactivateOnIdle();
            return new ServiceError(ErrorCode.StorageUnavailable, ErrorSource.Storage, "The profile could not be stored.")
            {
                NextStep = "Try again.",
            };
        }

        await peers.TellOfProfileAsync(Id); // Before the answer: what it says holds from then on, on all silos.
        await ListAsync(profile);
        return new ProfileResult.Described(profile);
    }

    /// <summary>The directory is derived, so a failure here is no failure of the change: the next activation puts the row right.</summary>
    private async Task ListAsync(ProfileDescription profile)
    {
        try
        {
            await profiles.UpsertAsync(profile);
        }
        catch (Exception exception)
        {
            LogNotListed(exception, Id);
        }
    }

    public Task<ProfileResult> DescribeAsync() =>
        Task.FromResult<ProfileResult>(_inForce.Profile is { } profile ? new ProfileResult.Described(profile) : NotFound());

    /// <summary>A profile that is not there leaves no grain behind.</summary>
    private void Leave() => (_stay ??= new(this)).LeaveUnless(() => _inForce.Profile is not null);

    private ServiceError NotFound()
    {
        Leave();
        if (_damage is { } damage)
            return new(ErrorCode.StorageUnavailable, ErrorSource.Storage, damage.Message)
            {
                NextStep = "To try again does not help: have an operator restore what is named (deploy/runbook.md, Restore).",
            };
        return new(ErrorCode.ProfileNotFound, ErrorSource.Caller, $"There is no connector profile {InputFault.Shorten(Id)}.")
        {
            NextStep = "Create it with POST /profiles.",
        };
    }

    /// <summary>One object for all who ask, because every account keeps it.</summary>
    public Task<ProfileApp?> GetAppAsync()
    {
        if (_inForce.Profile is null && _damage is { } damage)
        {
            Leave();
            throw damage; // Accounts go on with what they know of it, and one that knows nothing does nothing: the profile might forbid it.
        }

        var isPreviousOver = _app is { Previous: not null, PreviousUntil: { } until } && until <= clock.GetUtcNow();
        if (!ReferenceEquals(_appOf, _inForce) || isPreviousOver)
            (_appOf, _app) = (_inForce, ReadApp());
        if (_app is null)
            Leave();
        return Task.FromResult(_app);
    }

    private ProfileApp? ReadApp() =>
        _inForce is { Profile: { } profile } known
            ? new ProfileApp(
                profile.ClientId,
                known.Credentials?.Secret,
                known.Credentials?.Version,
                profile.EnabledActions,
                profile.Limits,
                profile.SharedBuckets
            )
            {
                Previous = profile.ClientId is { } clientId ? known.Credentials?.Previous(clientId, clock.GetUtcNow()) : null,
                IsRetired = profile.RetiredAt is not null,
                PreviousUntil = known.Credentials?.PreviousUntil,
                OwnershipProof = profile.OwnershipProof,
                Approval = profile.Approval,
            }
            : null;

    /// <summary>Asks Autodesk for a token, for the first enabled action that needs one; null when it was granted.</summary>
    private async Task<ServiceError?> TryAsync(ClientApp app, IReadOnlyList<string>? enabledActions)
    {
        var action = (enabledActions?.Select(catalog.Find) ?? catalog.All).First(action => action!.Scopes.Count > 0)!;
        var grain = GrainFactory.GetGrain<IAccessTokenGrain>($"{app.ClientId}|{app.CredentialVersion}|{action.ScopeKey}");
        return (await grain.GetAsync(new AccessTokenRequest(app.ClientId, app.ClientSecret, action.Scopes, 0))).Refusal;
    }

    private ServiceError? Check(CreateProfileRequest request)
    {
        var faults = new List<InputFault>();
        CheckName(request.Name, faults);
        AccountInput.CheckCredentials(faults, request.ClientId, request.ClientSecret);
        if (request.EnabledActions is { } actions)
            CheckActions(actions, faults);
        if (request.Limits is { } limits)
            CheckLimits(limits, request.ClientId, faults);
        return InputErrors.Of(faults);
    }

    private static void CheckName(string name, List<InputFault> faults)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 255 || ShownText.Steers(name))
            faults.Add(new("name", "is required, at most 255 characters, without control characters."));
    }

    private void CheckActions(IReadOnlyList<string> actions, List<InputFault> faults)
    {
        if (!actions.Any(id => catalog.Find(id) is { Scopes.Count: > 0 }))
            faults.Add(new("enabled_actions", "must hold at least one action that calls Autodesk's API."));
        foreach (var unknown in actions.Where(id => catalog.Find(id) is null))
            faults.Add(new("enabled_actions", $"holds \"{InputFault.Shorten(unknown ?? "null")}\", which is no action; see GET /actions."));
    }

    private void CheckLimits(ProfileLimits limits, string? clientId, List<InputFault> faults)
    {
        if (limits.RequestsPerMinute is < 1 or > QuotaLimits.Max)
            faults.Add(new("limits.requests_per_minute", $"must be a whole number from 1 to {QuotaLimits.Max}."));
        if (limits.ParallelReads is < 1 or > 64)
            faults.Add(new("limits.parallel_reads", "must be a whole number from 1 to 64."));
        if (limits.QuotaGroups.Count > 0 && clientId is null)
            faults.Add(
                new(
                    "limits.quota_groups",
                    "belong to a client id, and this profile has none: set them with PUT /quotas/{client_id}/{quota_group}."
                )
            );
        foreach (var (group, limit) in limits.QuotaGroups)
        {
            if (catalog.FindQuotaGroup(group) is null)
                faults.Add(new("limits.quota_groups", $"holds \"{InputFault.Shorten(group)}\", which is no quota group; see GET /quotas."));
            else if (limit is < 1 or > QuotaLimits.Max)
                faults.Add(new($"limits.quota_groups.{group}", $"must be a whole number from 1 to {QuotaLimits.Max}."));
        }
    }

    [LoggerMessage(6001, LogLevel.Error, "Profile {ProfileId} could not be stored")]
    private partial void LogNotStored(Exception exception, string profileId);

    [LoggerMessage(
        5007,
        LogLevel.Error,
        "Profile {ProfileId} is damaged, and cannot be used until it is restored or created again: {Damage}"
    )]
    private partial void LogDamaged(string profileId, string damage);

    [LoggerMessage(6002, LogLevel.Warning, "Profile {ProfileId}: the directory could not be written; the next activation repairs the row")]
    private partial void LogNotListed(Exception exception, string profileId);
}
