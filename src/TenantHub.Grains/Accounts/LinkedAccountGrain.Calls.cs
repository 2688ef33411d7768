using Polly;
using Polly.CircuitBreaker;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Calls;
using TenantHub.Credentials;
using TenantHub.Errors;
using TenantHub.Quotas;
using TenantHub.Telemetry;
using TenantHub.Tokens;

namespace TenantHub.Accounts;

/// <summary>One request to Autodesk: the account's own cap, token, permit, sending; repeats and circuit breakers around them.</summary>
internal sealed partial class LinkedAccountGrain
{
    private readonly Dictionary<(string CredentialVersion, string ScopeKey), AccessToken> _tokens = [];
    private Dictionary<string, ResiliencePipeline<Attempt>>? _ownBreakers; // Few accounts ever fail.

    /// <summary>Sends the call's request, repeats it where that is safe, and leaves in the call what came of it. Whoever calls holds the lane.</summary>
    private async Task CallAsync(ApsCall call, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellationToken);
        try
        {
            var outcome = await _pipelines.Repeats.ExecuteOutcomeAsync(AttemptBehindBreakersAsync, context, call);
            outcome.ThrowIfException();
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
            call.FailedAt = null; // If it was to be repeated once more, it was not.
        }
    }

    private async ValueTask<Outcome<Attempt>> AttemptBehindBreakersAsync(ResilienceContext context, ApsCall call)
    {
        if (call.FailedAt is { } failedAt) RecordRepeat(call, failedAt);
        var group = call.Action.QuotaGroupName!;
        var shared = _pipelines.SharedBreaker(call.App.ClientId, group, call.Context.Region);
        var own = _ownBreakers?.GetValueOrDefault(group);
        var outcome = own is not null
            ? await own.ExecuteOutcomeAsync((inner, _) => shared.ExecuteOutcomeAsync(AttemptAsync, inner, call), context, call)
            : await shared.ExecuteOutcomeAsync(AttemptAsync, context, call);

        var attempt = outcome switch
        {
            { Result: { } result } => result,
            { Exception: BrokenCircuitException broken } => new Attempt(Id, null, AccountErrors.CircuitOpen(call.App.ClientId, group, call.Context.Region, broken.RetryAfter ?? _resilience.BreakDuration)),
            _ => null,
        };
        if (attempt is null) return outcome; // A fault: CallAsync throws it again.
        if (attempt.IsOutage && own is null) (_ownBreakers ??= [])[group] = _pipelines.NewOwnBreaker(group);

        // A repeat that could not be sent leaves what came of the attempt before.
        if (attempt.Refusal is not null && call.Response is not null) return Outcome.FromResult(attempt);
        (call.Response, call.Refusal) = (attempt.Response, attempt.Refusal);
        call.WasUncertain |= attempt.IsUncertain;
        if (attempt.IsRepeatable)
        {
            call.Place.Phase = CallPhase.Backoff;
            call.FailedAt = _clock.GetTimestamp();
            LogRepeat(Id, call.Action.Id, call.Attempts);
        }

        return Outcome.FromResult(attempt);
    }

    /// <summary>One attempt. A token that Autodesk refuses is renewed once (once for each secret, while two are held); a request refused with 401 had no effect, so a write may be sent again too.</summary>
    private async ValueTask<Outcome<Attempt>> AttemptAsync(ResilienceContext context, ApsCall call)
    {
        var cancellationToken = context.CancellationToken;
        var (refused, refusedApp) = ((AccessToken?)null, call.App);
        try
        {
            while (true)
            {
                call.Place.Phase = CallPhase.Preparing;
                var access = await GetTokenAsync(call, refused);
                if (access.Refusal is { } denied) return Ended(null, denied);

                // The permit comes last, so that it is used the moment it is there.
                var since = _clock.GetTimestamp();
                var (permit, refusal) = await AcquireAsync(call, cancellationToken);
                _telemetry.QuotaWaited(call.Action.QuotaGroupName!, Waited(call.Recorder, CallStepKind.Quota, since, refusal));
                if (refusal is not null) return Ended(null, refusal);
                var stopped = call.BeforeSending is { } prepare ? await prepare() : null;
                if ((stopped ?? _lane.ClosedBy) is { } reason)
                {
                    await CompleteAsync(permit, PermitUse.Unused, null);
                    return Ended(null, reason);
                }

                // Nothing may be awaited between the line above and the sending: both hold at this moment only.
                var response = await SendAsync(call, access.Token!, permit, cancellationToken);
                if (response is not ApsResponse.Answered { Status: 401 } || (refused is not null && refusedApp == call.App)) return Ended(response, null);
                LogTokenRefused(Id, call.Action.Id);
                _telemetry.Repeated(call.Action, "token_refused");
                (refused, refusedApp) = (access.Token, call.App);
            }
        }
        catch (Exception exception)
        {
            return Outcome.FromException<Attempt>(exception); // To the breakers it is no outage.
        }

        Outcome<Attempt> Ended(ApsResponse? response, HubError? refusal) => Outcome.FromResult(new Attempt(Id, response, refusal)
        {
            IsRepeatable = response is not null && Attempt.AllowsRepeat(response, call.Action) && _clock.GetTimestamp() < call.StartBy,
        });
    }

    private async Task<ApsResponse> SendAsync(ApsCall call, AccessToken token, Permit permit, CancellationToken cancellationToken)
    {
        using var message = ApsRequestFactory.Create(call.Action, call.Request, call.Context, _apsOptions);
        using var span = HubTelemetry.StartRequest(call.Action.Method, call.Action.Path, message.RequestUri!.Host);
        var since = _clock.GetTimestamp();
        if (call.Attempts++ == 0) call.FirstSentAt = _clock.GetUtcNow();
        call.Place.Phase = CallPhase.Autodesk;

        // A write that has left is followed to its end: nobody would know its outcome otherwise.
        var abort = call.Action.Safety is ActionSafety.Read ? cancellationToken : CancellationToken.None;
        var (use, retryAfter) = (PermitUse.Sent, (TimeSpan?)null);
        try
        {
            var response = await _aps.SendAsync(message, token.Value.Reveal(), _apsOptions.AttemptTimeout, abort);
            RecordRequest(call, span, since, response);
            if (response is ApsResponse.Answered { Status: 429 } limited) (use, retryAfter) = (PermitUse.RateLimited, limited.RetryAfter);
            if (response is ApsResponse.NotSent) use = PermitUse.Unused;
            return response;
        }
        finally
        {
            await CompleteAsync(permit, use, retryAfter);
        }
    }

    /// <summary>A token from this activation's memory, or from the grain that all accounts of the app share.</summary>
    private ValueTask<AccessTokenResult> GetTokenAsync(ClientApp app, ActionDefinition action, AccessToken? refused, CallRecorder? recorder = null) =>
        refused is null && _tokens.TryGetValue((app.CredentialVersion, action.ScopeKey), out var known) && _clock.GetUtcNow() < known.RenewAt
            ? new(new AccessTokenResult(known, null))
            : new(FetchTokenAsync(app, action, refused, recorder));

    private async Task<AccessTokenResult> FetchTokenAsync(ClientApp app, ActionDefinition action, AccessToken? refused, CallRecorder? recorder)
    {
        var key = (app.CredentialVersion, action.ScopeKey);
        using var span = HubTelemetry.StartStep("token");
        var since = _clock.GetTimestamp();
        var result = await AskForTokenAsync(app, action.Scopes, refused?.Issue ?? 0, null);
        HubTelemetry.EndStep(span, result.Refusal);
        Waited(recorder, CallStepKind.Token, since, result.Refusal);
        if (result.Token is { } token) _tokens[key] = token;
        else _tokens.Remove(key);
        return result;
    }

    private Task<AccessTokenResult> AskForTokenAsync(ClientApp app, IReadOnlyList<string> scopes, long refusedIssue, TimeSpan? maxAge) =>
        GrainFactory.GetGrain<IAccessTokenGrain>($"{app.ClientId}|{app.CredentialVersion}|{string.Join(' ', scopes)}")
            .GetAsync(new AccessTokenRequest(app.ClientId, app.ClientSecret, scopes, refusedIssue) { MaxAge = maxAge });

    /// <summary>Waits for the account's own cap and for a permit of Autodesk's limit, until the call's deadline or the silo's end.</summary>
    private async Task<(Permit Permit, HubError? Refusal)> AcquireAsync(ApsCall call, CancellationToken cancellationToken)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _draining);
        try
        {
            return await AcquireUntilAsync(call, given.Token);
        }
        catch (OperationCanceledException) when (_draining.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (default, Lane.Stopping());
        }
    }

    private async Task<(Permit Permit, HubError? Refusal)> AcquireUntilAsync(ApsCall call, CancellationToken cancellationToken)
    {
        using var span = HubTelemetry.StartStep("quota");
        if (_ownCap is { } cap)
        {
            call.Place.Phase = CallPhase.Quota;
            if (await cap.EnterAsync(Left(call.StartBy), cancellationToken) is { } wait) return Refused(AccountErrors.OwnCapReached(cap.Limit, wait));
        }

        var permit = new Permit(_ownCap, null, 0);
        if (_quotaOptions.Enabled)
        {
            call.Place.Phase = CallPhase.Quota;
            var grain = _permits.Of(QuotaKey.Of(call.App.ClientId, call.Action.QuotaGroupName!));
            var request = new PermitRequest(Id, Linked?.QuotaWeight ?? 1, Left(call.StartBy), call.Attempts > 0 && call.Response is not null);
            PermitResult lent;
            try
            {
                lent = await grain.AcquireAsync(request, cancellationToken);
            }
            catch
            {
                _ownCap?.Leave(sent: false);
                throw;
            }

            call.Quota = lent.State;
            if (lent.Refusal is { } refusal)
            {
                _ownCap?.Leave(sent: false);
                return Refused(refusal);
            }

            permit = permit with { Grain = grain, Number = lent.Permit!.Value };
        }

        return (permit, null);

        (Permit, HubError?) Refused(HubError error)
        {
            HubTelemetry.EndStep(span, error);
            return (default, error);
        }
    }

    /// <summary>A permit that cannot be given back is counted as used by the quota after a while; Autodesk's answer must not be lost over it.</summary>
    private async Task CompleteAsync(Permit permit, PermitUse use, TimeSpan? retryAfter)
    {
        permit.Cap?.Leave(use is not PermitUse.Unused);
        try
        {
            if (permit.Grain is { } grain) await grain.CompleteAsync(permit.Number, use, retryAfter);
        }
        catch (Exception exception)
        {
            LogPermitKept(exception, Id);
        }
    }

    private TimeSpan Left(long until)
    {
        var left = _clock.GetElapsedTime(_clock.GetTimestamp(), until);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>The right to send one request: a place under the account's own cap, and a permit of Autodesk's limit.</summary>
    private readonly record struct Permit(RequestCap? Cap, IPermitGrain? Grain, long Number);
}
