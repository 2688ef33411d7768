using TenantHub.Autodesk;
using TenantHub.Autodesk.Provisioning;
using TenantHub.Calls;
using TenantHub.Credentials;
using TenantHub.Errors;
using TenantHub.Events;
using TenantHub.Profiles;
using TenantHub.Provisioning;

namespace TenantHub.Accounts;

/// <summary>MAIN FLOW 2: link, change, verify, suspend, resume, unlink; and the change of the app's secret.</summary>
internal sealed partial class LinkedAccountGrain
{
    public async Task<AccountResult> LinkAsync(LinkAccountRequest request, CancellationToken cancellationToken)
    {
        using var running = accounts.Run();
        var result = await TryLinkAsync(request, cancellationToken);
        Record.LeaveUnlessKnown();
        return result;
    }

    private async Task<AccountResult> TryLinkAsync(LinkAccountRequest request, CancellationToken cancellationToken)
    {
        if (Record.State.Account is not null)
            return AccountErrors.AlreadyLinked(Record.Id);
        if (AccountInput.Check(request) is { } invalid)
            return invalid;

        // 1. Whose app is it?
        ProfileApp? profile = null;
        if (request.ProfileId is { } profileId)
        {
            profile = await profiles.FindAsync(profileId);
            if (profile is null)
                return AccountErrors.NoSuchProfile(profileId);
            if (profile.IsRetired)
                return AccountErrors.ProfileRetired(profileId);
        }

        var own = request is { ClientId: { } clientId, ClientSecret: { } secret } ? AppCredentials.Candidate(clientId, secret) : null;
        if ((own ?? HeldApps.OfProfile(profile)) is not { } app)
            return AccountErrors.NoCredentials(request.ProfileId);

        // 2. Is the Autodesk account free for this owner? Whoever may not have it learns nothing of it.
        var context = new LinkedAccountContext(
            AccountInput.BareAccountId(request.AccAccountId),
            Regions.Normalize(request.Region)!,
            app.ClientId,
            request.ActAsUserId
        );
        var linked = LinkedAccountState.NewAccount(Record.Id, request, context, _account.Now);
        return await Record.ClaimForAsync(
            linked,
            request.MayShareAccount,
            () => LinkAsync(linked, app, own, profile, context, cancellationToken)
        );
    }

    private async Task<AccountResult> LinkAsync(
        AccountDescription linked,
        ClientApp app,
        ClientApp? own,
        ProfileApp? profile,
        LinkedAccountContext context,
        CancellationToken cancellationToken
    )
    {
        // 3. Does Autodesk accept it? What the caller has to put right is refused before anything is stored.
        using var place = await _account.EnterLaneAsync("link", cancellationToken);
        if (place.Refusal is { } busy)
            return busy;
        if (Record.State.Account is not null)
            return AccountErrors.AlreadyLinked(Record.Id);
        var checks = await doctor.ExamineAsync(_account, app, context, profile, place, cancellationToken);
        if (AccountErrors.NotToBeStored(checks, own is not null) is { } fault)
            return fault;

        // 4. Store it. What the customer's admin has to put right is a status, not an error.
        profiles.Adopt(_account, profile);
        var now = _account.Now;
        var failed = await Record.CommitAsync(state =>
            (state with { Account = linked, Credentials = own is null ? null : Record.Seal(own), CheckedAt = now }).WithChecks(checks, now)
        );
        if (failed is not null)
            return failed;
        await records.TakeBackAsync(_account, linked);
        return Record.Describe();
    }

    public async Task<AccountResult> UpdateAsync(UpdateAccountRequest request, CancellationToken cancellationToken)
    {
        using var running = accounts.Run();
        if (Record.Linked is not { } before)
            return Record.NotFound();
        if (AccountInput.Check(request) is { } invalid)
            return invalid;
        if (request.AccAccountId is not null && Record.State.ProvenAt is not null)
            return AccountErrors.AccountIsFixed(Record.Id);

        var own = request is { ClientId: { } clientId, ClientSecret: { } secret } ? AppCredentials.Candidate(clientId, secret) : null;
        var wanted = LinkedAccountState.Changed(before, request, own);
        return await Record.ClaimForAsync(wanted, request.MayShareAccount, () => UpdateAsync(before, request, own, cancellationToken));
    }

    private async Task<AccountResult> UpdateAsync(
        AccountDescription before,
        UpdateAccountRequest request,
        ClientApp? own,
        CancellationToken cancellationToken
    )
    {
        // New credentials, another region or another acting user are tried before they replace the ones that work.
        IReadOnlyList<ProvisioningCheck>? checks = null;
        if (request.Verify || own is not null || LinkedAccountState.IsToBeTried(before, request))
        {
            using var place = await _account.EnterLaneAsync("update", cancellationToken);
            if (place.Refusal is { } busy)
                return busy;
            if (Record.Linked is not { } account)
                return Record.NotFound();
            await profiles.RefreshAsync(_account, _account.StartByDefault());
            var changed = LinkedAccountState.Changed(account, request, own);
            var context = new LinkedAccountContext(changed.AccAccountId, changed.Region, changed.ClientId, changed.ActAsUserId);
            checks = await doctor.ExamineAsync(_account, own ?? _account.App, context, _account.Profile, place, cancellationToken);
            if (AccountErrors.NotToBeStored(checks, own is not null) is { } fault)
                return fault;
        }

        var isMoving = Record.Linked is { } there && IsElsewhere(there, LinkedAccountState.Changed(there, request, own));
        if (isMoving)
            await ReachHooksAsync(hooks => hooks.LeaveAsync());
        if (own is not null)
            _account.TrafficSoFar?.ForgetTokens();
        var isSuperseded = false;
        var failed = await Record.CommitAsync(state =>
        {
            if (state.Account is not { Status: not AccountStatus.Unlinked } account)
                return state; // It went while Autodesk was asked.
            isSuperseded = !IsSame(account, before); // What was claimed is not what this would make of it.
            if (isSuperseded)
                return state;
            var changed = state with
            {
                Account = LinkedAccountState.Changed(account, request, own),
                Credentials = own is null ? state.Credentials : Record.Replace(state, own),
                Recording = before.OriginOwnerId == (request.OriginOwnerId ?? before.OriginOwnerId) ? state.Recording : null,
            };
            return checks is null ? changed : (changed with { CheckedAt = _account.Now }).WithChecks(checks, _account.Now);
        });
        if (isMoving)
            await ReachHooksAsync(hooks => hooks.FollowAsync());
        if (failed is not null)
            return failed;
        if (isSuperseded)
            return AccountErrors.ChangedMeanwhile(Record.Id);

        if (Record.State.Recording is null)
            _account.Recording = null; // It was begun for another owner's calls.

        // What was seen and proven is of the Autodesk account that it was.
        if (Record.Linked is { } now && AutodeskAccount.Of(now) != AutodeskAccount.Of(before))
            await ForgetAsync(() => records.ForgetAsync(_account));
        return Record.Describe();

        static bool IsElsewhere(AccountDescription one, AccountDescription other) =>
            (one.Region, one.ClientId, one.AccAccountId) != (other.Region, other.ClientId, other.AccAccountId);

        static bool IsSame(AccountDescription one, AccountDescription other) =>
            AutodeskAccount.Of(one) == AutodeskAccount.Of(other) && one.OriginOwnerId == other.OriginOwnerId;
    }

    public async Task<AccountResult> VerifyAsync(CancellationToken cancellationToken)
    {
        using var running = accounts.Run();
        if (Record.Linked is null)
            return Record.NotFound();
        using var place = await _account.EnterLaneAsync("verify", cancellationToken);
        if (place.Refusal is { } busy)
            return busy;
        if (Record.Linked is null)
            return Record.NotFound();
        await profiles.ReadAsync(_account);
        return await lessons.VerifyAsync(_account, place, cancellationToken) ?? Record.Describe();
    }

    public async Task<AccountResult> SuspendAsync()
    {
        if (Record.Linked is null)
            return Record.NotFound();
        var failed = await SetStatusAsync(
            AccountStatus.Suspended,
            "suspended_by_operator",
            $"Resume the account with POST /accounts/{Record.Id}/resume."
        );
        return failed ?? Record.Describe();
    }

    public async Task<AccountResult> ResumeAsync(CancellationToken cancellationToken)
    {
        using var running = accounts.Run();
        if (Record.Linked is not { } account)
            return Record.NotFound();
        if (account.Status is not AccountStatus.Suspended)
            return Record.Describe();
        var result =
            await SetStatusAsync(AccountStatus.Pending, "resumed", $"Verify the account with POST /accounts/{Record.Id}/verify.")
            ?? await VerifyAsync(cancellationToken);
        await GrainFactory.GetGrain<IAutodeskEventsGrain>(Record.Id).WakeAsync(); // What was held back is told.
        return result;
    }

    public async Task<AccountResult> UnlinkAsync()
    {
        using var running = accounts.Run();
        if (Record.LinkedOrDamaged is null)
            return Record.NotFound();
        await ReachHooksAsync(hooks => hooks.CloseAsync());
        var stays = await records.DescribeWhatStaysAsync(_account);
        var failed = await Record.CommitAsync(state =>
            state.WithStatus(AccountStatus.Unlinked, "unlinked", stays, _account.Now) with
            {
                Credentials = null,
                Recording = null,
                Damage = null,
            }
        );
        if (failed is not null)
            return failed;
        await Record.ReleaseAsync(Record.State.Account!);
        _account.TrafficSoFar?.ForgetTokens();
        await ForgetAsync(() => records.ForgetAsync(_account));
        await ForgetAsync(() => writeOnce.ForgetAsync(_account));
        await ForgetAsync(() => approvals.ForgetAsync(_account));
        await ForgetAsync(() => journal.ForgetRecordingsAsync(_account));
        await ForgetAsync(() => GrainFactory.GetGrain<IRecoveredEventsGrain>(Record.Id).ForgetAsync());
        return new AccountResult.Described(Record.State.Account!);
    }

    /// <summary>What was of an account, or of the Autodesk account that it was, lets nobody in any more: it stops no change that it
    /// stays.</summary>
    private async Task ForgetAsync(Func<Task> forget)
    {
        try
        {
            await forget();
        }
        catch (Exception exception)
        {
            Record.LogNotForgotten(exception, Record.Id);
        }
    }

    public async Task<AccountResult> BeginRecordingAsync(int calls)
    {
        if (Record.Linked is null)
            return Record.NotFound();
        if (AccountInput.CheckRecording(calls) is { } invalid)
            return invalid;
        var recording = new CallRecording
        {
            Id = journal.NewRecordingId(),
            BegunAt = _account.Now,
            Until = _account.Now + CallRecording.Lasts,
            Calls = calls,
            Left = calls,
        };
        return await Record.CommitAsync(state => state with { Recording = recording }) is { } failed ? failed : RecordInto(recording);
    }

    public async Task<AccountResult> StopRecordingAsync()
    {
        if (Record.Linked is null)
            return Record.NotFound();
        return await Record.CommitAsync(state => state.Recording is null ? state : state with { Recording = null }) is { } failed
            ? failed
            : RecordInto(null);
    }

    private AccountResult RecordInto(CallRecording? recording)
    {
        _account.Recording = recording;
        return Record.Describe();
    }

    /// <summary>While there are credentials to remove hooks with. Whatever is wrong with the hooks, even that what is stored of them is
    /// damaged, stops no change of the account: the look at the hooks, or whoever reads the log, does the rest.</summary>
    private async Task ReachHooksAsync(Func<IHooksGrain, Task> reach)
    {
        try
        {
            await reach(GrainFactory.GetGrain<IHooksGrain>(Record.Id));
        }
        catch (Exception exception)
        {
            Record.LogHooksNotReached(exception, Record.Id);
        }
    }

    public async Task<AccountResult> RotateCredentialsAsync(string? clientId, Secret clientSecret, CancellationToken cancellationToken)
    {
        using var running = accounts.Run();
        if (Record.Linked is not { } account)
            return Record.NotFound();
        if (Record.State.Credentials is null)
            return AccountErrors.ProfilesCredentials(Record.Id, account.ProfileId!);
        if (AccountInput.CheckRotation(account.ClientId, clientId, clientSecret) is { } invalid)
            return invalid;

        // Outside the lane: no call of the account waits for it. Autodesk must accept the new secret; what it cannot answer proves nothing.
        var candidate = AppCredentials.Candidate(account.ClientId, clientSecret);
        if (await doctor.TryAsync(candidate) is { } refusal)
            return refusal with { Detail = refusal.Detail + " Nothing was stored; the secret in force goes on being used." };

        var passed = new ProvisioningCheck(
            ProvisioningCauses.Credentials,
            CheckOutcome.Passed,
            ProvisioningChecks.CredentialsSeen,
            null,
            _account.Now
        );
        var failed = await Record.CommitAsync(state =>
            state.Account is { Status: not AccountStatus.Unlinked } present && present.ClientId == candidate.ClientId
                ? (state with { Credentials = Record.Replace(state, candidate) }).WithChecks(
                    ProvisioningChecks.With(state.Checks, passed),
                    _account.Now
                )
                : state
        );
        if (failed is not null)
            return failed;
        return Record.Linked?.Status is AccountStatus.Error ? await VerifyAsync(cancellationToken) : Record.Describe();
    }

    private Task<ServiceError?> SetStatusAsync(AccountStatus status, string reason, string nextStep) =>
        Record.CommitAsync(state => state.WithStatus(status, reason, nextStep, _account.Now));
}
