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
    [PersistentState("connect-session")] IPersistentState<ConnectSessionState> state,
    ActionCatalog catalog,
    TimeProvider clock
) : Grain, IConnectSessionGrain, IRemindable
{
    private const string ForgetReminder = "forget";
    private static readonly TimeSpan KeptAfterwards = TimeSpan.FromDays(1);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(3);
    private ShortStay? _stay;
    private static readonly TimeSpan CheckAtLeastEvery = TimeSpan.FromMinutes(1);
    private DateTimeOffset _checkedAt;
    private TimeSpan _checkAfter = CheckEvery;

    private ConnectSessionRequest Request => state.State.Request!;

    private ILinkedAccountGrain Account => GrainFactory.GetGrain<ILinkedAccountGrain>(state.State.AccountId);

    public async Task<ConnectSessionResult> CreateAsync(ConnectSessionRequest request)
    {
        if (state.State.Request is not null)
            throw new InvalidOperationException("A token was made twice.");
        var result = await TryCreateAsync(request);
        if (state.State.Request is null)
            Leave();
        return result;
    }

    private async Task<ConnectSessionResult> TryCreateAsync(ConnectSessionRequest request)
    {
        if (FaultIn(request) is { } invalid)
            return new(null, invalid);

        // Relinking takes the account's own profile, and only the account's own owner may.
        if (request.AccountId is { } id)
        {
            if (
                !LinkedAccountId.TryParse(id, out _)
                || await GrainFactory.GetGrain<ILinkedAccountGrain>(id).DescribeAsync()
                    is not AccountResult.Described { Account: var account }
                || account.OriginOwnerId != request.OriginOwnerId
            )
                return new(null, AccountErrors.NotFound(id));
            request = request with { ProfileId = account.ProfileId };
        }
        else if (request.ProfileId is { } profileId)
        {
            var profile = await GrainFactory.GetGrain<IProfileAppGrain>(profileId).GetAppAsync();
            if (profile is null)
                return new(null, AccountErrors.NoSuchProfile(profileId));
            if (profile.IsRetired)
                return new(null, AccountErrors.ProfileRetired(profileId));
        }

        var now = clock.GetUtcNow();
        if (await GrainFactory.GetGrain<IOwnerLinksGrain>(request.OriginOwnerId).OpenAsync(now + request.ExpiresIn) is { } tooMany)
            return new(null, tooMany);
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
        if (state.State.Request is not null && clock.GetUtcNow() < state.State.ExpiresAt + KeptAfterwards)
            return;
        if (state.RecordExists)
            await state.ClearStateAsync();
        await this.ForgetReminderAsync(reminderName);
    }

    public async Task<ConnectSessionResult> DescribeAsync() =>
        state.State.Request is null ? Unknown() : new(await DescribeSessionAsync(), null);

    public async Task<ConnectSessionResult> SubmitAsync(LinkSubmission submission)
    {
        if (state.State.Request is null)
            return Unknown();
        if (Refuse() is { } refusal)
            return new(null, refusal);
        var profile = await FindProfileAsync();
        var session = View(await Account.GetLiveStateAsync(), profile);
        var accAccountId = AccountIdText.Find(submission.AccountIdText);
        var error = accAccountId is null ? LinkErrors.AccountIdMissing() : await LinkAsync(session, submission, accAccountId);

        // What was filled in is shown again after a reload; never the secret.
        var live = await Account.GetLiveStateAsync();
        var now = clock.GetUtcNow();
        (_checkedAt, _checkAfter) = (now, CheckEvery);
        var after = state.State.Submitted(session.Form.With(submission, accAccountId ?? submission.AccountIdText), error, now);
        state.State = error is null && IsActive(live) ? after.Completed(now) : after;
        await state.WriteStateAsync();
        return new(View(live, profile), null);
    }

    public async Task<ConnectSessionResult> CheckAsync()
    {
        if (state.State.Request is null)
            return Unknown();
        var now = clock.GetUtcNow();
        var live = await Account.GetLiveStateAsync();
        if (live is not null && state.State.CompletedAt is null && now < state.State.ExpiresAt && now - _checkedAt >= _checkAfter)
        {
            // Every look costs requests of the app's limits, and a page may stay open for hours: it is asked less and less often.
            (_checkedAt, _checkAfter) = (now, _checkAfter * 1.2 < CheckAtLeastEvery ? _checkAfter * 1.2 : CheckAtLeastEvery);
            await Account.VerifyAsync();
            live = await Account.GetLiveStateAsync();
            if (IsActive(live))
            {
                state.State = state.State.Completed(now);
                await state.WriteStateAsync();
            }
        }

        return new(View(live, await FindProfileAsync()), null);
    }

    /// <summary>Links the account, or corrects it when this session or an earlier one has linked it. Null when it is done.</summary>
    private async Task<ServiceError?> LinkAsync(ConnectSession session, LinkSubmission submission, string accAccountId)
    {
        var clientId = session.Form.AsksForCredentials ? submission.ClientId : null;
        var secret = session.Form.AsksForCredentials ? submission.ClientSecret : null;
        var links = GrainFactory.GetGrain<IOwnerLinksGrain>(Request.OriginOwnerId);
        if (
            await links.ClaimAsync(state.State.AccountId, accAccountId, Request.ProfileId, clientId ?? session.Form.ClientId ?? "") is
            { } taken
        )
            return taken;

        var result = session.Account is { } linked
            ? await Account.UpdateAsync(
                new UpdateAccountRequest
                {
                    AccAccountId = accAccountId == linked.AccAccountId ? null : accAccountId,
                    Region = submission.Region,
                    ActAsUserId = session.Form.AsksForActingUser ? submission.ActAsUserId ?? "" : null,
                    ClientId = secret is null ? null : clientId, // Without a new secret the old credentials stay.
                    ClientSecret = secret,
                    Verify = true,
                }
            )
            : await Account.LinkAsync(
                new LinkAccountRequest
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
                }
            );
        await links.ReleaseAsync(state.State.AccountId); // What is linked stands in the directory from now on.
        return result is AccountResult.Failed { Error: var error } ? error : null;
    }

    private ServiceError? Refuse() =>
        state.State.CompletedAt is not null ? LinkErrors.Used()
        : clock.GetUtcNow() >= state.State.ExpiresAt ? LinkErrors.Expired(state.State.ExpiresAt)
        : state.State.NextFormAt - clock.GetUtcNow() is { Ticks: > 0 } wait ? LinkErrors.TooSoon(wait)
        : null;

    private ConnectSessionResult Unknown()
    {
        Leave();
        return new(null, LinkErrors.NoSession());
    }

    /// <summary>A session that is not there, or was refused, leaves no grain behind.</summary>
    private void Leave() => (_stay ??= new(this)).LeaveUnless(() => state.State.Request is not null);

    private async Task<ConnectSession> DescribeSessionAsync() => View(await Account.GetLiveStateAsync(), await FindProfileAsync());

    private ConnectSession View(AccountLiveState? live, ProfileApp? profile) =>
        ConnectSessionView.Of(state.State, live, profile, catalog, clock.GetUtcNow());

    private async Task<ProfileApp?> FindProfileAsync() =>
        Request.ProfileId is { } id ? await GrainFactory.GetGrain<IProfileAppGrain>(id).GetAppAsync() : null;

    private static bool IsActive(AccountLiveState? live) => live?.Account.Status is AccountStatus.Active;

    private const int MaxCategories = 20;

    private static ServiceError? FaultIn(ConnectSessionRequest request)
    {
        var faults = new List<InputFault>();
        AccountInput.Required(faults, "origin_owner_id", request.OriginOwnerId); // As the link will have them: what it would refuse must not wait for the customer.
        AccountInput.Required(faults, "origin_owner_name", request.OriginOwnerName);
        AccountInput.Optional(faults, "label", request.Label);
        AccountInput.Optional(faults, "origin_username", request.OriginUsername);
        if (request.ProfileId is { } profile && !ProfileDescription.IsId(profile))
            faults.Add(AccountInput.NoProfileId());
        if (request.Categories is { Count: > MaxCategories })
            faults.Add(new("categories", $"must be at most {MaxCategories}."));
        else
            foreach (var category in request.Categories ?? [])
                AccountInput.Optional(faults, "categories", category);
        if (request.Metadata?.Length > 16_000)
            faults.Add(new("metadata", "must have at most 16000 characters."));
        if (request.Type is not ("production" or "test"))
            faults.Add(new("type", "must be \"production\" or \"test\"."));
        if (request.ExpiresIn < TimeSpan.FromSeconds(1) || request.ExpiresIn > TimeSpan.FromDays(1))
            faults.Add(new("expires_in", "must be 1 to 86400 seconds; 1800 when left out."));
        return faults.Count == 0 ? null : LinkErrors.Invalid(faults);
    }
}
