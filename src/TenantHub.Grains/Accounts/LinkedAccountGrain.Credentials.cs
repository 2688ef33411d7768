using TenantHub.Calls;
using TenantHub.Credentials;
using TenantHub.Errors;
using TenantHub.Profiles;
using TenantHub.Tokens;

namespace TenantHub.Accounts;

/// <summary>
/// The secrets that the account uses, and their rotation. While a secret is changed two are held, and Autodesk may know the one, the other, or
/// both: a call that is refused with one is tried with the other before it fails.
/// </summary>
internal sealed partial class LinkedAccountGrain
{
    private static readonly TimeSpan RefusedFor = TimeSpan.FromSeconds(30);

    private string? _refusedVersion;
    private long _refusedAt;

    /// <summary>Gets the account's name in sealed values.</summary>
    private string Owner => "account/" + Id;

    public async Task<AccountResult> RotateCredentialsAsync(string? clientId, Secret clientSecret, CancellationToken cancellationToken)
    {
        if (Linked is not { } account) return AccountErrors.NotFound(Id);
        if (State.Credentials is null) return AccountErrors.ProfilesCredentials(Id, account.ProfileId!);
        if (AccountInput.CheckRotation(account.ClientId, clientId, clientSecret) is { } invalid) return invalid;

        // Outside the lane: no call of the account waits for it. Autodesk must accept the new secret; what it cannot answer proves nothing.
        var candidate = AppCredentials.Candidate(account.ClientId, clientSecret);
        if (await TryAsync(candidate) is { } refusal) return refusal with { Detail = refusal.Detail + " Nothing was stored; the secret in force goes on being used." };

        var passed = new ProvisioningCheck(ProvisioningChecks.Credentials, CheckOutcome.Passed, ProvisioningChecks.CredentialsSeen, null, _clock.GetUtcNow());
        var failed = await CommitAsync(state => state.Account is { Status: not AccountStatus.Unlinked } present && present.ClientId == candidate.ClientId
            ? Apply(state with { Credentials = Replace(state, candidate) }, ProvisioningChecks.With(state.Checks, passed))
            : state);
        if (failed is not null) return failed;
        return Linked?.Status is AccountStatus.Error ? await VerifyAsync(cancellationToken) : Answer();
    }

    /// <summary>Asks for a token, which is all that a secret is for. A scope that the app lacks does not speak against the secret.</summary>
    private async Task<HubError?> TryAsync(ClientApp candidate)
    {
        var result = await GetTokenAsync(candidate, _catalog.Find(HubsAction)!, refused: null);
        return result.Refusal is { Code: not ErrorCode.ScopeNotGranted } refusal ? refusal : null;
    }

    /// <summary>What is held after a new secret was proven: of the same app, the one in force until now stays for the overlap.</summary>
    private AppCredentials Replace(LinkedAccountState state, ClientApp proven) => state.Credentials is { } held && state.Account!.ClientId == proven.ClientId
        ? held.Rotated(_vault, Owner, proven.ClientSecret, proven.CredentialVersion, _clock.GetUtcNow() + _credentialOptions.RotationOverlap)
        : AppCredentials.Of(_vault, Owner, proven.ClientSecret, proven.CredentialVersion, state.Credentials);

    /// <summary>The app to use. A secret that Autodesk has just refused stands back behind the one before, so that not every call asks in vain.</summary>
    private ClientApp App(LinkedAccountState state)
    {
        var (current, previous) = HeldApps(state);
        return previous is not null && current.CredentialVersion == _refusedVersion && _clock.GetElapsedTime(_refusedAt) < RefusedFor ? previous : current;
    }

    /// <summary>The app of a linked account, its own when it has one, else its profile's; and the same app with the secret before, during an overlap.</summary>
    private (ClientApp Current, ClientApp? Previous) HeldApps(LinkedAccountState state)
    {
        if (state is { Credentials: { } own, Account: { ClientId: var clientId } }) return (own.Current(clientId), own.Previous(clientId, _clock.GetUtcNow()));
        var shared = AppOf(_profile) ?? throw new InvalidOperationException($"Account {Id} has no credentials and its profile has none.");
        return (shared, _clock.GetUtcNow() < _profile!.PreviousUntil ? _profile.Previous : null);
    }

    private static ClientApp? AppOf(ProfileApp? profile) =>
        profile is { ClientId: { } id, ClientSecret: { } secret, CredentialVersion: { } version } ? new(id, secret, version) : null;

    /// <summary>
    /// A token for the call. When Autodesk refuses the secret that the call began with, it may have been rotated since, here or at the profile:
    /// the others that are held are tried before the call fails.
    /// </summary>
    private async ValueTask<AccessTokenResult> GetTokenAsync(ApsCall call, AccessToken? refused)
    {
        var result = await GetTokenAsync(call.App, call.Action, refused, call.Recorder);
        if (result.Refusal is not { Code: ErrorCode.CredentialsRejected } || call.App.IsOnTrial) return result;

        await ReadProfileAsync();
        if (Linked is null) return result;
        var (current, previous) = HeldApps(State);
        foreach (var other in new[] { current, previous })
        {
            if (other is null || other.ClientId != call.App.ClientId || other.CredentialVersion == call.App.CredentialVersion) continue;
            var second = await GetTokenAsync(other, call.Action, refused: null, call.Recorder);
            if (second.Token is null) continue;
            if (other == previous) (_refusedVersion, _refusedAt) = (current.CredentialVersion, _clock.GetTimestamp());
            LogOtherSecret(Id, call.Action.Id);
            call.App = other;
            return second;
        }

        return result;
    }

    /// <summary>The answers kept under idempotency keys are the customer's data, and go with the account. What is left after a failure is unreadable to all and gone in a day.</summary>
    private async Task ForgetAnswersAsync()
    {
        try
        {
            await _keys.ForgetAccountAsync(Id);
        }
        catch (Exception exception)
        {
            LogAnswersNotForgotten(exception, Id);
        }
    }
}
