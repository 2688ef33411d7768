using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using TenantHub.Accounts;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.ReadBack;
using TenantHub.Errors;
using TenantHub.Profiles;
using TenantHub.Quotas;
using TenantHub.Telemetry;
using TenantHub.Tokens;

namespace TenantHub.Calls;

/// <summary>
/// One request to Autodesk, from the outside in: 1. repeats where they are safe; 2. circuit breakers; 3. a token; 4. a permit; 5. a last
/// look whether it may still be sent; 6. sending. A token that Autodesk refuses is renewed once (once for each secret, while two are held).
/// </summary>
internal sealed partial class AutodeskCalls(
    ApsClient aps,
    IOptions<ApsOptions> apsOptions,
    IOptions<ResilienceOptions> resilience,
    CallPipelines pipelines,
    AccessTokens tokens,
    Permits permits,
    CallerKeys callers,
    ProfileReader profiles,
    BodyBudget bodies,
    HubTelemetry telemetry,
    TimeProvider clock,
    ILogger<AutodeskCalls> logger)
{
    /// <summary>Sends the call's request, repeats it where that is safe, and leaves in the call what came of it. Whoever calls holds the
    /// lane.</summary>
    public async Task RunAsync(ApsCall call, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellationToken);
        try
        {
            var outcome = await pipelines.Repeats.ExecuteOutcomeAsync(AttemptBehindBreakersAsync, context, call);
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
        var shared = pipelines.SharedBreaker(call.App.ClientId, group, call.Context.Region);
        var own = call.Account.TrafficSoFar?.FindBreaker(group);
        var outcome = own is not null
            ? await own.ExecuteOutcomeAsync((inner, _) => shared.ExecuteOutcomeAsync(AttemptAsync, inner, call), context, call)
            : await shared.ExecuteOutcomeAsync(AttemptAsync, context, call);

        var attempt = outcome switch
        {
            { Result: { } result } => result,
            { Exception: BrokenCircuitException broken } => new Attempt(
                call.Account.Id,
                null,
                AccountErrors.CircuitOpen(
                    call.App.ClientId,
                    group,
                    call.Context.Region,
                    broken.RetryAfter ?? resilience.Value.BreakDuration)),
            _ => null,
        };
        if (attempt is null) return outcome; // A fault: RunAsync throws it again.
        if (attempt.IsOutage && own is null) call.Account.Traffic.AddBreaker(group, pipelines.NewOwnBreaker(group));

        // A repeat that could not be sent leaves what came of the attempt before.
        if (attempt.Refusal is not null && call.Response is not null) return Outcome.FromResult(attempt);
        (call.Response, call.Refusal) = (attempt.Response, attempt.Refusal);
        call.WasUncertain |= attempt.IsUncertain;
        if (attempt.IsRepeatable)
        {
            call.Place.Phase = CallPhase.Backoff;
            call.FailedAt = clock.GetTimestamp();
            LogRepeat(call.Account.Id, call.Action.Id, call.Attempts);
        }

        return Outcome.FromResult(attempt);
    }

    /// <summary>One attempt. A request refused with 401 had no effect, so a write may be sent again too.</summary>
    private async ValueTask<Outcome<Attempt>> AttemptAsync(ResilienceContext context, ApsCall call)
    {
        var (refused, refusedApp) = ((AccessToken?)null, call.App);
        try
        {
            while (true)
            {
                call.Place.Phase = CallPhase.Preparing;
                var access = await tokens.GetAsync(call, refused);
                if (access.Refusal is { } denied) return Ended(null, denied);

                // The permit comes last, so that it is used soon after it is there: what follows is in memory, but for a key and a profile that
                // were looked at too long ago.
                var (permit, refusal) = await permits.AcquireAsync(call, context.CancellationToken);
                if (refusal is not null) return Ended(null, refusal);
                await profiles.RefreshAsync(call.Account, call.StartBy);
                var stopped = await callers.RefuseRevokedAsync(call.Recorder);
                if (stopped is null && call.BeforeSending is { } prepare) stopped = await prepare();
                if ((stopped ?? call.Forbids()) is { } reason)
                {
                    await permits.CompleteAsync(call, permit, PermitUse.Unused, null);
                    return Ended(null, reason);
                }

                // Nothing may be awaited between the line above and the sending: both hold at this moment only.
                var response = await SendAsync(call, access.Token!, permit, context.CancellationToken);
                if (response is not ApsResponse.Answered { Status: 401 } || (refused is not null && refusedApp == call.App))
                    return Ended(response, null);
                LogTokenRefused(call.Account.Id, call.Action.Id);
                telemetry.Repeated(call.Action, "token_refused");
                (refused, refusedApp) = (access.Token, call.App);
            }
        }
        catch (Exception exception)
        {
            return Outcome.FromException<Attempt>(exception); // To the breakers it is no outage.
        }

        Outcome<Attempt> Ended(ApsResponse? response, HubError? refusal)
        {
            var attempt = new Attempt(call.Account.Id, response, refusal);
            var isRepeatable =
                response is not null && Attempt.AllowsRepeat(response, call.Action) && attempt.AskedWait < clock.Left(call.StartBy);
            return Outcome.FromResult(isRepeatable ? attempt with { IsRepeatable = true } : attempt);
        }
    }

    private async Task<ApsResponse> SendAsync(ApsCall call, AccessToken token, Permit permit, CancellationToken cancellationToken)
    {
        using var message = ApsRequestFactory.Create(call.Action, call.Request, call.Context, apsOptions.Value);
        var room = bodies.Open(clock.Left(call.StartBy));
        room.GiveTo(message);
        using var span = HubTelemetry.StartRequest(call.Action.Method, call.Action.Path, message.RequestUri!.Host);
        var since = clock.GetTimestamp();
        if (call.Attempts++ == 0) call.FirstSentAt = clock.GetUtcNow();
        call.Place.Phase = CallPhase.Autodesk;

        // A write that has left is followed to its end: nobody would know its outcome otherwise.
        var abort = call.Action.Safety is ActionSafety.Read ? cancellationToken : CancellationToken.None;
        var (use, retryAfter) = (PermitUse.Sent, (TimeSpan?)null);
        try
        {
            var response = Told(
                call.Action,
                await aps.SendAsync(message, token.Value.Reveal(), apsOptions.Value.AttemptTimeout, abort));
            RecordRequest(call, span, clock.GetElapsedTime(since), response);
            if (response is ApsResponse.Answered { Status: 429 } limited) (use, retryAfter) = (PermitUse.RateLimited, limited.RetryAfter);
            if (response is ApsResponse.NotSent) use = PermitUse.Unused;
            return response;
        }
        finally
        {
            if (room.IsTaken && call.Recorder is { } recorder) recorder.Keep(room);
            else room.Dispose();
            await permits.CompleteAsync(call, permit, use, retryAfter);
        }
    }

    /// <summary>A creation that was answered without the thing is as good as one whose answer was lost: the thing is there, and has to be looked
    /// for.</summary>
    private static ApsResponse Told(ActionDefinition action, ApsResponse response) =>
        action.ReadBack is { } readBack
        && response is ApsResponse.Answered { Succeeded: true } answered
        && !WriteEvidence.IsTold(readBack, answered)
            ? new ApsResponse.Lost(false, $"Autodesk answered {answered.Status} without what {action.Id} has made.")
            {
                Received = new ProviderError(answered.Status, answered.Path, answered.Body),
            }
            : response;

    private void RecordRequest(ApsCall call, System.Diagnostics.Activity? span, TimeSpan took, ApsResponse response)
    {
        var answer = response as ApsResponse.Answered;
        var failure = response switch { ApsResponse.NotSent => "not_sent", ApsResponse.Lost => "lost", _ => null };
        HubTelemetry.EndRequest(span, answer?.Status, failure);
        telemetry.RequestEnded(call.Action, answer?.Status, failure, took);
        call.Recorder?.AddRequest(
            call.Action,
            took,
            answer?.Status ?? (response as ApsResponse.Lost)?.Received?.Status,
            failure,
            call.Request.Body?.Length,
            answer?.Body?.Length);
    }

    private void RecordRepeat(ApsCall call, long failedAt)
    {
        call.FailedAt = null;
        telemetry.Repeated(call.Action, call.Response is ApsResponse.Answered { Status: 429 } ? "rate_limited" : "failed");
        call.Recorder?.AddWait(CallStepKind.Backoff, clock.GetElapsedTime(failedAt), null);
    }

    [LoggerMessage(
        2003,
        LogLevel.Information,
        "Account {AccountId}: Autodesk refused the access token during {ActionId}; it is renewed and the request repeated once")]
    private partial void LogTokenRefused(string accountId, string actionId);

    [LoggerMessage(2004, LogLevel.Information, "Account {AccountId}: attempt {Attempt} of {ActionId} failed; the request is repeated")]
    private partial void LogRepeat(string accountId, string actionId, int attempt);
}
