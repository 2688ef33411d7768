using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.ReadBack;
using TenantHub.Errors;
using TenantHub.Health;
using TenantHub.Profiles;
using TenantHub.Quotas;
using TenantHub.Telemetry;
using TenantHub.Tokens;

namespace TenantHub.Calls;

/// <summary>
/// One request to Autodesk: 1. the circuit breakers are asked; 2. a token; 3. a permit; 4. a last look whether it may still be sent; 5.
/// sending; 6. the breakers are told. A token that Autodesk refuses is replaced (for each secret, while two are held).
/// </summary>
/// <remarks>
/// That is the whole way of a request that is answered. Polly's pipelines stand around a request only after a failure: the breakers around
/// an attempt while one of them is not closed, the repeats around the attempts after the first.
/// </remarks>
internal sealed partial class AutodeskCalls(
    ApsClient aps,
    IOptions<ApsOptions> apsOptions,
    IOptions<QuotaOptions> quotas,
    IOptions<ResilienceOptions> resilience,
    CallPipelines pipelines,
    AccessTokens tokens,
    Permits permits,
    CallerKeys callers,
    ProfileReader profiles,
    BodyBudget bodies,
    SiloHealth health,
    TenantHubTelemetry telemetry,
    TimeProvider clock,
    ILogger<AutodeskCalls> logger
)
{
    /// <summary>What was looked at so lately need not be looked at again before the call is sent.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(100);

    /// <summary>How many refused tokens of one secret a call replaces. What comes in place of the first may have been refused with it: all
    /// of an app's are when it gets a new secret, and another account may have had a younger one, or be waiting for one.</summary>
    private const int RefusedTokens = 2;

    /// <summary>Sends the call's request, repeats it where that is safe, and leaves in the call what came of it. Whoever calls holds the
    /// lane.</summary>
    public async Task RunAsync(ApsCall call, CancellationToken cancellationToken)
    {
        var attempt = await AttemptAsync(call, cancellationToken);
        Keep(call, attempt);
        if (attempt.IsRepeatable)
            await RepeatAsync(call, attempt, cancellationToken);
    }

    /// <summary>Why what was begun under a request may not go on: its key has ended, the account or the action was stopped, or a person has to
    /// approve it since. Null when it may.</summary>
    public async Task<ServiceError?> WhyStoppedAsync(ActiveAccount account, ActionDefinition action, ActionRequest request)
    {
        await profiles.RefreshAsync(account, account.StartByDefault());
        return await callers.RefuseEndedAsync(request.CallerId, TimeSpan.MaxValue)
            ?? account.Refuses(action, request)
            ?? (Approvals.Approvals.IsDemanded(account, action, request) ? AccountErrors.ApprovalDemandedSince() : null);
    }

    /// <summary>The first attempt has failed: Polly decides whether and when there are more, beginning with what is known.</summary>
    private async Task RepeatAsync(ApsCall call, Attempt failed, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellationToken);
        try
        {
            var outcome = await pipelines.Repeats.ExecuteOutcomeAsync(NextAsync, context, new Repeats(call, failed, clock.GetTimestamp()));
            outcome.ThrowIfException();
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async ValueTask<Outcome<Attempt>> NextAsync(ResilienceContext context, Repeats repeats)
    {
        if (repeats.TakeFirst() is { } first)
            return Outcome.FromResult(first);
        var call = repeats.Call;
        RecordRepeat(call, repeats.FailedAt);
        try
        {
            var attempt = await AttemptAsync(call, context.CancellationToken);
            Keep(call, attempt);
            repeats.FailedAt = clock.GetTimestamp();
            return Outcome.FromResult(attempt);
        }
        catch (Exception exception)
        {
            return Outcome.FromException<Attempt>(exception);
        }
    }

    /// <summary>A repeat that could not be sent leaves what came of the attempt before.</summary>
    private void Keep(ApsCall call, Attempt attempt)
    {
        if (attempt.IsOutage)
            pipelines.AddOwnBreaker(call);
        if (attempt.Refusal is not null && call.Response is not null)
            return;
        (call.Response, call.Refusal) = (attempt.Response, attempt.Refusal);
        call.WasUncertain |= attempt.IsUncertain;
        if (!attempt.IsRepeatable)
            return;
        call.Place.Phase = CallPhase.Backoff;
        LogRepeat(call.Account.Id, call.Action.Id, call.Attempts);
    }

    /// <summary>Step 1: with closed breakers straight on, else through their pipelines, which let few through or none.</summary>
    private Task<Attempt> AttemptAsync(ApsCall call, CancellationToken cancellationToken)
    {
        var breakers = pipelines.BreakersOf(call);
        return breakers.AreClosed ? TryAsync(call, breakers, cancellationToken) : TryBehindAsync(call, breakers, cancellationToken);
    }

    private async Task<Attempt> TryBehindAsync(ApsCall call, Breakers breakers, CancellationToken cancellationToken)
    {
        var outcome = await breakers.RunAsync(inner => TryAsync(call, told: null, inner), cancellationToken);
        if (outcome.Exception is not BrokenCircuitException broken)
        {
            outcome.ThrowIfException();
            return outcome.Result!;
        }

        var error = AccountErrors.CircuitOpen(
            call.App.ClientId,
            call.Action.QuotaGroupName!,
            call.Context.Region,
            broken.RetryAfter ?? resilience.Value.BreakDuration
        );
        return new Attempt(call.Account.Id, null, error);
    }

    /// <summary>Steps 2 to 6. A request refused with 401 had no effect, so a write may be sent again too.</summary>
    /// <param name="call">The call.</param>
    /// <param name="told">The breakers that are told how it ended; null when they stand around it and see that themselves.</param>
    /// <param name="cancellationToken">The caller's wish to stop.</param>
    private async Task<Attempt> TryAsync(ApsCall call, Breakers? told, CancellationToken cancellationToken)
    {
        var (refused, refusedApp, refusals) = ((AccessToken?)null, call.App, 0);
        while (true)
        {
            call.Place.Phase = CallPhase.Preparing;
            var access = await tokens.GetAsync(call, refused); // 2
            if (access.Refusal is { } denied)
                return await EndAsync(null, denied);

            // 3. The permit comes last, so that it is used soon after it is there: what follows is in memory, but for a key and a profile
            // that were looked at too long ago.
            var (permit, refusal) = await permits.AcquireAsync(call, cancellationToken);
            if (refusal is not null)
                return await EndAsync(null, refusal);
            await profiles.RefreshAsync(call.Account, call.StartBy);
            var stopped = await callers.RefuseEndedAsync(call.Recorder?.Request.CallerId, call.Recorder?.Elapsed ?? TimeSpan.Zero); // 4
            if (
                stopped is null
                && call.StillHolds is { } look
                && call.Recorder is { } recorder
                && recorder.Elapsed - call.Place.Waited > Fresh
            )
                stopped = await look(call);
            if (stopped is null && call.BeforeSending is { } prepare)
                stopped = await prepare();
            if ((stopped ?? call.Forbids() ?? AfterStandstill(call)) is { } reason)
            {
                permits.End(call, permit, PermitUse.Unused, null);
                return await EndAsync(null, reason);
            }

            // 5. Nothing may be awaited between the line above and the sending: both hold at this moment only.
            var response = await SendAsync(call, access.Token!, permit, cancellationToken);
            if (response is not ApsResponse.Answered { Status: 401 })
                return await EndAsync(response, null);
            refusals = refusedApp == call.App ? refusals + 1 : 1;
            if (refusals > RefusedTokens)
                return await EndAsync(response, null);
            LogTokenRefused(call.Account.Id, call.Action.Id);
            telemetry.Repeated(call.Action, "token_refused");
            (refused, refusedApp) = (access.Token, call.App);
        }

        ValueTask<Attempt> EndAsync(ApsResponse? response, ServiceError? refusal)
        {
            var attempt = new Attempt(call.Account.Id, response, refusal);
            if (response is not null && Attempt.AllowsRepeat(response, call.Action) && attempt.AskedWait < clock.Left(call.StartBy))
                attempt = attempt with { IsRepeatable = true };
            return told is { } breakers ? breakers.TellAsync(attempt) : new(attempt); // 6
        }
    }

    /// <summary>Its caller may have been told already that nobody knows, has looked, and has sent a write without a key again. One with a key
    /// is kept apart by its record.</summary>
    private ServiceError? AfterStandstill(ApsCall call) =>
        health.StoodStill && call.Action.Safety is not ActionSafety.Read && call.BeforeSending is null ? AccountErrors.StoodStill() : null;

    private async Task<ApsResponse> SendAsync(ApsCall call, AccessToken token, Permit permit, CancellationToken cancellationToken)
    {
        using var message = ApsRequestFactory.Create(call.Action, call.Request, call.Context, apsOptions.Value);
        var room = bodies.Open(clock.Left(call.StartBy));
        using var span = TenantHubTelemetry.StartRequest(call.Action.Method, call.Action.Path, message.RequestUri!.Host);
        var since = clock.GetTimestamp();
        if (call.Recorder is { } taking)
            taking.HasSent = true;
        if (call.Attempts++ == 0)
            call.FirstSentAt = clock.GetUtcNow();
        call.Place.Phase = CallPhase.Autodesk;

        // A write that has left is followed to its end: nobody would know its outcome otherwise.
        var (abort, lease) =
            call.Action.Safety is ActionSafety.Read ? (cancellationToken, call.Request.Lease) : (CancellationToken.None, null);
        var (use, retryAfter) = (PermitUse.Sent, (TimeSpan?)null);
        try
        {
            var response = Told(
                call.Action,
                await aps.SendAsync(message, token.Value.Reveal(), apsOptions.Value.AttemptTimeout, room, lease, abort)
            );
            RecordRequest(call, span, clock.GetElapsedTime(since), response);
            if (response is ApsResponse.Answered { Status: 429 } limited)
            {
                (use, retryAfter) = (PermitUse.RateLimited, limited.RetryAfter);
                if (retryAfter > quotas.Value.MaxPause)
                    return limited with { RetryAfter = quotas.Value.MaxPause }; // After that one call is tried, whatever Autodesk has asked for.
            }

            if (response is ApsResponse.NotSent)
                use = PermitUse.Unused;
            return response;
        }
        finally
        {
            if (room.IsTaken && call.Recorder is { } recorder)
                recorder.Keep(room);
            else
                room.Dispose();
            permits.End(call, permit, use, retryAfter);
        }
    }

    /// <summary>A creation that was answered without the thing is as good as one whose answer was lost: the thing is there, and has to be
    /// looked
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
        var failure = response switch
        {
            ApsResponse.NotSent => "not_sent",
            ApsResponse.Lost => "lost",
            _ => null,
        };
        TenantHubTelemetry.EndRequest(span, answer?.Status, failure);
        telemetry.RequestEnded(call.Action, answer?.Status, failure, took);
        if (call.Recorder is not { } recorder)
            return;
        var status = answer?.Status ?? (response as ApsResponse.Lost)?.Received?.Status;
        recorder.AddRequest(call.Action, took, status, failure, call.Request.Body?.Length, answer?.Body?.Length);
        recorder.Bodies?.AddRequest(call.Action, status, call.Request.Body, response);
    }

    private void RecordRepeat(ApsCall call, long failedAt)
    {
        telemetry.Repeated(call.Action, call.Response is ApsResponse.Answered { Status: 429 } ? "rate_limited" : "failed");
        call.Recorder?.AddWait(CallStepKind.Backoff, clock.GetElapsedTime(failedAt), null);
    }

    /// <summary>The attempts of one call after a first one that failed.</summary>
    private sealed class Repeats(ApsCall call, Attempt first, long failedAt)
    {
        private Attempt? _first = first;

        public ApsCall Call => call;

        /// <summary>Gets or sets the timestamp at which the latest attempt failed.</summary>
        public long FailedAt { get; set; } = failedAt;

        /// <summary>Gives the first attempt, once.</summary>
        public Attempt? TakeFirst()
        {
            var first = _first;
            _first = null;
            return first;
        }
    }

    [LoggerMessage(
        2003,
        LogLevel.Information,
        "Account {AccountId}: Autodesk refused the access token during {ActionId}; it is renewed and the request repeated once"
    )]
    private partial void LogTokenRefused(string accountId, string actionId);

    [LoggerMessage(2004, LogLevel.Information, "Account {AccountId}: attempt {Attempt} of {ActionId} failed; the request is repeated")]
    private partial void LogRepeat(string accountId, string actionId, int attempt);
}
