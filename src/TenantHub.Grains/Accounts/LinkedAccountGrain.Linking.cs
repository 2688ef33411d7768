using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Credentials;
using TenantHub.Errors;
using TenantHub.Profiles;

namespace TenantHub.Accounts;

/// <summary>MAIN FLOW 2: link, change, verify, suspend, resume, unlink.</summary>
internal sealed partial class LinkedAccountGrain
{
    public async Task<AccountResult> LinkAsync(LinkAccountRequest request, CancellationToken cancellationToken)
    {
        if (State.Account is not null) return AccountErrors.AlreadyLinked(Id);
        if (AccountInput.Check(request) is { } invalid) return invalid;

        // 1. Whose app is it?
        ProfileApp? profile = null;
        if (request.ProfileId is { } profileId)
        {
            profile = await GrainFactory.GetGrain<IProfileAppGrain>(profileId).GetAppAsync();
            if (profile is null) return AccountErrors.NoSuchProfile(profileId);
            if (profile.IsRetired) return AccountErrors.ProfileRetired(profileId);
        }

        var own = request is { ClientId: { } clientId, ClientSecret: { } secret } ? AppCredentials.Candidate(clientId, secret) : null;
        if ((own ?? AppOf(profile)) is not { } app) return AccountErrors.NoCredentials(request.ProfileId);

        // 2. Does Autodesk accept it? What the caller has to put right is refused before anything is stored.
        var context = new LinkedAccountContext(AccountInput.BareAccountId(request.AccAccountId), Regions.Normalize(request.Region)!, app.ClientId, request.ActAsUserId);
        using var place = await _lane.EnterAsync(new LaneCall("link"), _laneOptions.DefaultMaxWait, cancellationToken);
        if (place.Refusal is { } busy) return busy;
        if (State.Account is not null) return AccountErrors.AlreadyLinked(Id);
        var checks = await ExamineAsync(app, context, profile, place, cancellationToken);
        if (CallersFault(checks) is { } fault) return fault;

        // 3. Store it. What the customer's admin has to put right is a status, not an error.
        Adopt(profile);
        var now = _clock.GetUtcNow();
        var account = new AccountDescription
        {
            Id = Id,
            Revision = 0,
            OriginOwnerId = request.OriginOwnerId,
            OriginOwnerName = request.OriginOwnerName,
            Label = request.Label,
            ProfileId = request.ProfileId,
            ClientId = app.ClientId,
            AccAccountId = context.AccAccountId,
            Region = context.Region,
            ActAsUserId = context.ActingUserId,
            Type = request.Type,
            QuotaWeight = request.QuotaWeight,
            Status = AccountStatus.Pending,
            Reason = "not_verified",
            NextStep = $"Verify the account with POST /accounts/{Id}/verify.",
            StatusSince = now,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var failed = await CommitAsync(state => Apply(
            state with { Account = account, Credentials = own is null ? null : AppCredentials.Of(_vault, Owner, own.ClientSecret, own.CredentialVersion), CheckedAt = now }, checks));
        return failed is null ? Answer() : failed;
    }

    public async Task<AccountResult> UpdateAsync(UpdateAccountRequest request, CancellationToken cancellationToken)
    {
        if (Linked is null) return AccountErrors.NotFound(Id);
        if (AccountInput.Check(request) is { } invalid) return invalid;

        // New credentials, another region or another acting user are tried before they replace the ones that work.
        var own = request is { ClientId: { } clientId, ClientSecret: { } secret } ? AppCredentials.Candidate(clientId, secret) : null;
        IReadOnlyList<ProvisioningCheck>? checks = null;
        if (request.AccAccountId is not null && State.ProvenAt is not null) return AccountErrors.AccountIsFixed(Id);
        if (request.Verify || own is not null || request.AccAccountId is not null || (request.Region is { } other && Regions.Normalize(other) != Linked.Region) || NewActingUser(Linked) != Linked.ActAsUserId)
        {
            using var place = await _lane.EnterAsync(new LaneCall("update"), _laneOptions.DefaultMaxWait, cancellationToken);
            if (place.Refusal is { } busy) return busy;
            if (Linked is not { } account) return AccountErrors.NotFound(Id);
            await RefreshProfileAsync();
            checks = await ExamineAsync(own ?? App(State), new(NewTarget(account), NewRegion(account), own?.ClientId ?? account.ClientId, NewActingUser(account)), _profile, place, cancellationToken);
            if (CallersFault(checks) is { } fault) return fault;
        }

        if (own is not null) _tokens.Clear();
        var failed = await CommitAsync(state =>
        {
            var account = state.Account!;
            if (account.Status is AccountStatus.Unlinked) return state; // It went while Autodesk was asked.
            var changed = state with
            {
                Account = account with
                {
                    OriginOwnerId = request.OriginOwnerId ?? account.OriginOwnerId,
                    OriginOwnerName = request.OriginOwnerName ?? account.OriginOwnerName,
                    Label = request.Label ?? account.Label,
                    ClientId = own?.ClientId ?? account.ClientId,
                    AccAccountId = NewTarget(account),
                    Region = NewRegion(account),
                    ActAsUserId = NewActingUser(account),
                    Type = request.Type ?? account.Type,
                    QuotaWeight = request.QuotaWeight ?? account.QuotaWeight,
                },
                Credentials = own is null ? state.Credentials : Replace(state, own),
            };
            return checks is null ? changed : Apply(changed with { CheckedAt = _clock.GetUtcNow() }, checks);
        });
        return failed is null ? Answer() : failed;

        string NewRegion(AccountDescription account) => request.Region is { } name ? Regions.Normalize(name)! : account.Region;
        string NewTarget(AccountDescription account) => request.AccAccountId is { } id ? AccountInput.BareAccountId(id) : account.AccAccountId;
        string? NewActingUser(AccountDescription account) => request.ActAsUserId switch { null => account.ActAsUserId, "" => null, var user => user };
    }

    public async Task<AccountResult> VerifyAsync(CancellationToken cancellationToken)
    {
        if (Linked is null) return AccountErrors.NotFound(Id);
        using var place = await _lane.EnterAsync(new LaneCall("verify"), _laneOptions.DefaultMaxWait, cancellationToken);
        if (place.Refusal is { } busy) return busy;
        if (Linked is null) return AccountErrors.NotFound(Id);
        await ReadProfileAsync();
        return await VerifyStoredAsync(place, cancellationToken) is { } failed ? failed : Answer();
    }

    public async Task<AccountResult> SuspendAsync()
    {
        if (Linked is null) return AccountErrors.NotFound(Id);
        var failed = await CommitAsync(state => WithStatus(state, AccountStatus.Suspended, "suspended_by_operator", $"Resume the account with POST /accounts/{Id}/resume."));
        return failed is null ? Answer() : failed;
    }

    public async Task<AccountResult> ResumeAsync(CancellationToken cancellationToken)
    {
        if (Linked is not { } account) return AccountErrors.NotFound(Id);
        if (account.Status is not AccountStatus.Suspended) return Answer();
        var failed = await CommitAsync(state => WithStatus(state, AccountStatus.Pending, "resumed", $"Verify the account with POST /accounts/{Id}/verify."));
        return failed is null ? await VerifyAsync(cancellationToken) : failed;
    }

    public async Task<AccountResult> UnlinkAsync()
    {
        if (Linked is null) return AccountErrors.NotFound(Id);
        var failed = await CommitAsync(state => WithStatus(state, AccountStatus.Unlinked, "unlinked", null) with { Credentials = null });
        if (failed is not null) return failed;
        _tokens.Clear();
        _seen?.Clear();
        await ForgetHoldingsAsync();
        await ForgetAnswersAsync();
        return new AccountResult.Described(State.Account!);
    }

    /// <summary>The failed checks that whoever links can put right at once: a wrong secret, a wrong region.</summary>
    private static HubError? CallersFault(IReadOnlyList<ProvisioningCheck> checks)
    {
        foreach (var check in checks)
        {
            if (check is { Outcome: CheckOutcome.Failed, Name: ProvisioningChecks.Credentials })
                return new(ErrorCode.CredentialsRejected, ErrorSource.AutodeskAuth, check.Seen + " Nothing was stored.") { NextStep = check.NextStep };
            if (check is { Outcome: CheckOutcome.Failed, Name: ProvisioningChecks.Region })
                return new(ErrorCode.WrongRegion, ErrorSource.Caller, check.Seen + " Nothing was stored.") { NextStep = check.NextStep };
        }

        return null;
    }
}
