using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Auth;
using TenantHub.Telemetry;

namespace TenantHub.Tokens;

/// <summary>
/// 1. A valid token is given at once. 2. A token near its end is given and renewed behind the caller's back. 3. Without a valid one,
/// everybody waits for one and the same request.
/// </summary>
/// <remarks>
/// Reentrant, because waiting for Autodesk must not hold the grain's turn; the single request in flight is <see cref="_renewal"/>.
/// Invariant across its await: only <see cref="RenewAsync"/> writes the state, and only one runs at a time.
/// </remarks>
[Reentrant]
internal sealed partial class AccessTokenGrain(
    [PersistentState("access-token")] IPersistentState<AccessTokenState> state,
    ApsTokenClient tokenClient,
    IOptions<AccessTokenOptions> options,
    IOptions<ApsOptions> apsOptions,
    TenantHubTelemetry telemetry,
    TimeProvider clock,
    ILogger<AccessTokenGrain> logger
) : Grain, IAccessTokenGrain
{
    private Task<AccessTokenResult>? _renewal;
    private AccessToken? _current;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (state.State.Damage is { } damage)
            LogDamaged(this.GetGrainId(), damage);
        return Task.CompletedTask;
    }

    public async Task<AccessTokenResult> GetAsync(AccessTokenRequest request)
    {
        var now = clock.GetUtcNow();
        if (Current(now) is { } token && token.Issue != request.RefusedIssue && !(request.MaxAge < now - state.State.IssuedAt))
        {
            if (now >= token.RenewAt)
                _ = StartRenewal(request);
            return new(token, null);
        }

        var renewed = await StartRenewal(request);

        // What was joined may have been about the refused token still: it is given as soon as Autodesk has, and stored after that.
        return renewed.Token is { } given && given.Issue == request.RefusedIssue ? await StartRenewal(request) : renewed;
    }

    /// <summary>The token that is good now: one object for all who ask, because each of them keeps it.</summary>
    private AccessToken? Current(DateTimeOffset now)
    {
        if (state.State is not { Value: { } value } known || now >= known.ExpiresAt)
            return null;
        return _current is { } current && current.Issue == known.Issue
            ? current
            : _current = new(value, known.Issue, known.ExpiresAt, known.RenewAt);
    }

    private Task<AccessTokenResult> StartRenewal(AccessTokenRequest request)
    {
        if (_renewal is { IsCompleted: false } running)
            return running;
        return _renewal = RenewAsync(request);
    }

    private async Task<AccessTokenResult> RenewAsync(AccessTokenRequest request)
    {
        var askedAt = clock.GetUtcNow();
        var answer = await RequestAsync(request);
        if (answer is TokenResult.Refused { Error: var refusal })
        {
            LogRefused(request.ClientId, string.Join(' ', request.Scopes), refusal.Code);
            if (state.State.Value is null)
                DeactivateOnIdle(); // Credentials that never worked leave no grain behind.
            return new(null, refusal);
        }

        var granted = (TokenResult.Granted)answer;
        var expiresAt = askedAt + granted.ExpiresIn;
        state.State = new AccessTokenState
        {
            Value = granted.Token,
            Issue = state.State.Issue + 1,
            IssuedAt = askedAt,
            ExpiresAt = expiresAt,
            RenewAt = RenewalTime(askedAt, expiresAt),
        };
        LogGranted(request.ClientId, string.Join(' ', request.Scopes), expiresAt);
        await KeepAsync(request.ClientId);
        return new(Current(askedAt), null);
    }

    private async Task<TokenResult> RequestAsync(AccessTokenRequest request)
    {
        using var span = TenantHubTelemetry.StartRequest("POST", ApsTokenClient.Path, apsOptions.Value.BaseUrl.Host);
        var answer = await tokenClient.RequestAsync(request.ClientId, request.ClientSecret, request.Scopes, CancellationToken.None);
        var refusal = (answer as TokenResult.Refused)?.Error;
        TenantHubTelemetry.EndRequest(
            span,
            refusal is null ? 200 : refusal.Provider?.Status,
            refusal is { Provider: null } ? WireName.Of(refusal.Code) : null
        );
        telemetry.TokenRequested(refusal);
        return answer;
    }

    /// <summary>A token that could not be stored is still good; what is lost is only its survival of a restart.</summary>
    private async Task KeepAsync(string clientId)
    {
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception exception)
        {
            LogNotKept(exception, clientId);
            DeactivateOnIdle();
        }
    }

    private DateTimeOffset RenewalTime(DateTimeOffset from, DateTimeOffset expiresAt)
    {
#pragma warning disable CA5394 // Spreads load; nothing depends on its being unpredictable.
        var ahead = options.Value.RenewBefore + options.Value.RenewSpread * Random.Shared.NextDouble();
#pragma warning restore CA5394
        var half = from + (expiresAt - from) / 2;
        return expiresAt - ahead > half ? expiresAt - ahead : half;
    }
}
