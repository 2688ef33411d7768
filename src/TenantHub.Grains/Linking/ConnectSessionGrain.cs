using System.Security.Cryptography;
using TenantHub.Accounts;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Profiles;

namespace TenantHub.Linking;

/// <summary>
/// 1. Opened by the Hub backend, for one owner and one account. 2. The admin fills in the form; the account grain tries it and links the
/// account, or says what is wrong. 3. While the account does not work the admin may correct the form, and the session looks again.
/// 4. When the account is active the session is over, and its token opens nothing any more. 5. A day after its time it is forgotten.
/// </summary>
internal sealed class ConnectSessionGrain(
    [PersistentState("connect-session")] IPersistentState<ConnectSessionState> state, ActionCatalog catalog, TimeProvider clock) : Grain, IConnectSessionGrain, IRemindable
{
    private const string ForgetReminder = "forget";
    private static readonly TimeSpan KeptAfterwards = TimeSpan.FromDays(1);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(3);
    private const int MaxRefusals = 10;
    private const int RefusalsWithoutWait = 3; // Whoever types something wrong twice is not kept waiting.
    private DateTimeOffset _checkedAt;

    private ConnectSessionRequest Request => state.State.Request!;

    private ILinkedAccountGrain Account => GrainFactory.GetGrain<ILinkedAccountGrain>(state.State.AccountId);

    public async Task<ConnectSessionResult> CreateAsync(ConnectSessionRequest request)
    {
        if (state.State.Request is not null) throw new InvalidOperationException("A token was made twice.");
        if (FaultIn(request) is { } invalid) return new(null, invalid);

        // Relinking takes the account's own profile, and only the account's own owner may.
        if (request.AccountId is { } id)
        {
            if (!LinkedAccountId.TryParse(id, out _) || await GrainFactory.GetGrain<ILinkedAccountGrain>(id).DescribeAsync() is not AccountResult.Described { Account: var account }
                || account.OriginOwnerId != request.OriginOwnerId) return new(null, AccountErrors.NotFound(id));
            request = request with { ProfileId = account.ProfileId };
        }
        else if (request.ProfileId is { } profileId)
        {
            var profile = await GrainFactory.GetGrain<IProfileAppGrain>(profileId).GetAppAsync();
            if (profile is null) return new(null, AccountErrors.NoSuchProfile(profileId));
            if (profile.IsRetired) return new(null, AccountErrors.ProfileRetired(profileId));
        }

        var now = clock.GetUtcNow();
        if (await GrainFactory.GetGrain<IOwnerLinksGrain>(request.OriginOwnerId).OpenAsync(now + request.ExpiresIn) is { } tooMany) return new(null, tooMany);
        state.State = new ConnectSessionState
        {
            Request = request,
            Number = (now.ToUnixTimeMilliseconds() << 9) | (uint)RandomNumberGenerator.GetInt32(512), // StackOne's clients want a number; JavaScript's go to 2^53.
            AccountId = request.AccountId ?? LinkedAccountId.New(clock).Value,
            CreatedAt = now,
            ExpiresAt = now + request.ExpiresIn,
        };
        await this.RegisterOrUpdateReminder(ForgetReminder, request.ExpiresIn + KeptAfterwards, KeptAfterwards); // First: one that finds nothing goes away by itself.
        await state.WriteStateAsync();
        return new(await DescribeSessionAsync(), null);
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (state.State.Request is not null && clock.GetUtcNow() < state.State.ExpiresAt + KeptAfterwards) return;
        if (state.RecordExists) await state.ClearStateAsync();
        await this.ForgetReminderAsync(reminderName);
    }

    public async Task<ConnectSessionResult> DescribeAsync() => state.State.Request is null ? Unknown() : new(await DescribeSessionAsync(), null);

    public async Task<ConnectSessionResult> SubmitAsync(LinkSubmission submission)
    {
        if (state.State.Request is null) return Unknown();
        if (Refuse() is { } refusal) return new(null, refusal);
        var session = await DescribeSessionAsync();
        if (AccountIdText.Find(submission.AccountIdText) is not { } accAccountId) return await KeepAsync(session, submission, submission.AccountIdText, LinkErrors.AccountIdMissing());

        var error = await LinkAsync(session, submission, accAccountId);
        return await KeepAsync(session, submission, accAccountId, error);
    }

    public async Task<ConnectSessionResult> CheckAsync()
    {
        if (state.State.Request is null) return Unknown();
        var now = clock.GetUtcNow();
        if (state.State.CompletedAt is null && now < state.State.ExpiresAt && now - _checkedAt >= CheckEvery && await Account.DescribeAsync() is AccountResult.Described)
        {
            _checkedAt = now;
            await Account.VerifyAsync();
            await CompleteWhenActiveAsync();
        }

        return new(await DescribeSessionAsync(), null);
    }

    /// <summary>Links the account, or corrects it when this session or an earlier one has linked it. Null when it is done.</summary>
    private async Task<HubError?> LinkAsync(ConnectSession session, LinkSubmission submission, string accAccountId)
    {
        var clientId = session.Form.AsksForCredentials ? submission.ClientId : null;
        var secret = session.Form.AsksForCredentials ? submission.ClientSecret : null;
        var links = GrainFactory.GetGrain<IOwnerLinksGrain>(Request.OriginOwnerId);
        if (await links.ClaimAsync(state.State.AccountId, accAccountId, Request.ProfileId, clientId ?? session.Form.ClientId ?? "") is { } taken) return taken;

        var result = session.Account is { } linked
            ? await Account.UpdateAsync(new UpdateAccountRequest
            {
                AccAccountId = accAccountId == linked.AccAccountId ? null : accAccountId,
                Region = submission.Region,
                ActAsUserId = session.Form.AsksForActingUser ? submission.ActAsUserId ?? "" : null,
                ClientId = secret is null ? null : clientId, // Without a new secret the old credentials stay.
                ClientSecret = secret,
                Verify = true,
            })
            : await Account.LinkAsync(new LinkAccountRequest
            {
                OriginOwnerId = Request.OriginOwnerId,
                OriginOwnerName = Request.OriginOwnerName,
                Label = Request.Label,
                ProfileId = Request.ProfileId,
                Type = Request.Type,
                AccAccountId = accAccountId,
                Region = submission.Region,
                ActAsUserId = session.Form.AsksForActingUser ? submission.ActAsUserId : null,
                ClientId = clientId,
                ClientSecret = secret,
            });
        await links.ReleaseAsync(state.State.AccountId); // What is linked stands in the directory from now on.
        return result is AccountResult.Failed { Error: var error } ? error : null;
    }

    /// <summary>What was filled in is shown again after a reload; never the secret.</summary>
    private async Task<ConnectSessionResult> KeepAsync(ConnectSession session, LinkSubmission submission, string accountIdText, HubError? error)
    {
        var now = clock.GetUtcNow();
        _checkedAt = now;
        var refusals = state.State.Refusals + (error is { Source: ErrorSource.Caller or ErrorSource.AutodeskAuth } ? 1 : 0); // Not for what is nobody's guess.
        state.State = state.State with
        {
            LastError = error,
            Refusals = refusals,
            NextFormAt = refusals == state.State.Refusals || refusals < RefusalsWithoutWait ? now : now + TimeSpan.FromSeconds(1 << (refusals - RefusalsWithoutWait)),
            ExpiresAt = refusals < MaxRefusals ? state.State.ExpiresAt : now, // Who guesses has to ask for another session.
            LastInput = session.Form with
            {
                AccAccountId = accountIdText.Length <= 255 ? accountIdText : "", Region = submission.Region, ActAsUserId = submission.ActAsUserId ?? "", OwnClientId = submission.ClientId ?? "",
            },
        };
        if (error is null) await CompleteWhenActiveAsync();
        await state.WriteStateAsync();
        return new(await DescribeSessionAsync(), null);
    }

    private async Task CompleteWhenActiveAsync()
    {
        if (await Account.DescribeAsync() is not AccountResult.Described { Account.Status: AccountStatus.Active }) return;
        state.State = state.State with { CompletedAt = clock.GetUtcNow(), LastError = null };
        await state.WriteStateAsync();
    }

    private HubError? Refuse() =>
        state.State.CompletedAt is not null ? LinkErrors.Used()
        : clock.GetUtcNow() >= state.State.ExpiresAt ? LinkErrors.Expired(state.State.ExpiresAt)
        : state.State.NextFormAt - clock.GetUtcNow() is { Ticks: > 0 } wait ? LinkErrors.TooSoon(wait)
        : null;

    /// <summary>A session that is not there leaves no grain behind.</summary>
    private ConnectSessionResult Unknown()
    {
        DeactivateOnIdle();
        return new(null, LinkErrors.NoSession());
    }

    private async Task<ConnectSession> DescribeSessionAsync()
    {
        var (live, profile) = (await Account.GetLiveStateAsync(), Request.ProfileId is { } id ? await GrainFactory.GetGrain<IProfileAppGrain>(id).GetAppAsync() : null);
        var account = live?.Account;
        var needs = ScopeGuide.For(profile?.EnabledActions is { } enabled ? enabled.Select(catalog.Find).OfType<ActionDefinition>() : catalog.All);
        var form = new LinkForm
        {
            ClientId = profile?.ClientId ?? account?.ClientId,
            AsksForCredentials = profile?.ClientId is null,
            AsksForActingUser = needs.ActingUser.Count > 0,
            NeedsCustomIntegration = needs.TouchesAccount,
            AsksForAccount = live is not { WasProven: true },
            AccAccountId = state.State.LastInput?.AccAccountId ?? account?.AccAccountId ?? "",
            Region = state.State.LastInput?.Region ?? account?.Region ?? Regions.Default,
            ActAsUserId = state.State.LastInput?.ActAsUserId ?? account?.ActAsUserId ?? "",
            OwnClientId = state.State.LastInput?.OwnClientId ?? account?.ClientId ?? "",
        };
        return new ConnectSession
        {
            Number = state.State.Number,
            Request = Request,
            CreatedAt = state.State.CreatedAt,
            ExpiresAt = state.State.ExpiresAt,
            Phase = state.State.CompletedAt is not null ? ConnectSessionPhase.Completed
                : clock.GetUtcNow() >= state.State.ExpiresAt ? ConnectSessionPhase.Expired
                : account is null || (Request.AccountId is not null && state.State.LastInput is null) ? ConnectSessionPhase.Open
                : ConnectSessionPhase.Waiting,
            Form = form,
            Account = account,
            Checks = live?.Checks ?? [],
            LastError = state.State.LastError,
        };
    }

    private static HubError? FaultIn(ConnectSessionRequest request)
    {
        var faults = new List<InputFault>();
        if (string.IsNullOrWhiteSpace(request.OriginOwnerId) || request.OriginOwnerId.Length > 255) faults.Add(new("origin_owner_id", "is required, at most 255 characters."));
        if (string.IsNullOrWhiteSpace(request.OriginOwnerName) || request.OriginOwnerName.Length > 255) faults.Add(new("origin_owner_name", "is required, at most 255 characters."));
        if (request.Metadata?.Length > 16_000) faults.Add(new("metadata", "must have at most 16000 characters."));
        if (request.Label?.Length > 255) faults.Add(new("label", "must have at most 255 characters."));
        if (request.Type is not ("production" or "test")) faults.Add(new("type", "must be \"production\" or \"test\"."));
        if (request.ExpiresIn < TimeSpan.FromSeconds(1) || request.ExpiresIn > TimeSpan.FromDays(1)) faults.Add(new("expires_in", "must be 1 to 86400 seconds; 1800 when left out."));
        return faults.Count == 0 ? null : LinkErrors.Invalid(faults);
    }
}
