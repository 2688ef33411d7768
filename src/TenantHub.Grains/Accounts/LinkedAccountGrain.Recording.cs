using System.Diagnostics;
using TenantHub.Actions;
using TenantHub.Autodesk.Http;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Telemetry;

namespace TenantHub.Accounts;

/// <summary>Around every action call: its span, its metrics, its line in the log, its record in the call log, whatever becomes of it.</summary>
internal sealed partial class LinkedAccountGrain
{
    private static readonly TimeSpan ShortestStep = TimeSpan.FromMicroseconds(50);

    private async Task<ActionResult> RecordAsync(ActionRequest request, CancellationToken cancellationToken)
    {
        var recorder = new CallRecorder(request, _clock);
        using var span = HubTelemetry.StartCall(Id, recorder.Id);
        try
        {
            var result = await RunAsync(request, recorder, cancellationToken);
            return Conclude(recorder, span, result);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Keep(recorder, span, CallRecord.Canceled, null, isFault: false);
            throw;
        }
        catch
        {
            Keep(recorder, span, WireName.Of(ErrorCode.InternalError), null, isFault: true);
            throw;
        }
    }

    private ActionResult Conclude(CallRecorder recorder, Activity? span, ActionResult result)
    {
        var (error, succeeded) = ((result as ActionResult.Failed)?.Error, result as ActionResult.Succeeded);
        var outcome = error is null ? CallRecord.Succeeded : WireName.Of(error.Code);
        if (error is not null) LogCallFailed(Id, Named(recorder), error.Code);
        else LogCallSucceeded(Id, Named(recorder), succeeded?.ProviderStatus);

        // Only what took a turn is shown among the account's last calls: refusals would push out what an operator looks for.
        if (recorder.Place is { } place)
        {
            if (_recentCalls.Count == KeptCalls) _recentCalls.Dequeue();
            _recentCalls.Enqueue(new CallDescription(Named(recorder), recorder.CameAt, place.Waited, recorder.Elapsed, outcome)
            {
                QuotaWait = recorder.QuotaWait, Attempts = recorder.Call?.Attempts ?? 0,
            });
        }

        Keep(recorder, span, outcome, succeeded, isFault: error is { Source: not ErrorSource.Caller });
        return result with { RateLimit = recorder.Call?.Quota, Timing = recorder.Timing() };
    }

    private void Keep(CallRecorder recorder, Activity? span, string outcome, ActionResult.Succeeded? succeeded, bool isFault)
    {
        var record = new CallRecord
        {
            Id = recorder.Id,
            AccountId = Id,
            OriginOwnerId = State.Account?.OriginOwnerId,
            ProfileId = State.Account?.ProfileId,
            CallerId = recorder.Request.CallerId,
            TraceId = recorder.Request.TraceId ?? span?.TraceId.ToHexString(),
            ActionId = Named(recorder),
            PartOf = recorder.Request.PartOf is { } whole ? _catalog.Find(whole)?.Id : null,
            Product = recorder.Action?.Product,
            Method = recorder.Action?.Method,
            Path = recorder.Action?.Path,
            StartedAt = recorder.CameAt,
            Duration = recorder.Elapsed,
            Outcome = outcome,
            ProviderStatus = succeeded?.ProviderStatus ?? recorder.ProviderStatus,
            Origin = succeeded?.Origin ?? AnswerOrigin.Autodesk,
            Steps = recorder.Steps,
        };
        _telemetry.CallEnded(span, record, isFault);
        _callLog.Append(record);
    }

    /// <summary>What a caller writes in place of an action's name may be anything; only the catalog's names are kept.</summary>
    private static string Named(CallRecorder recorder) => recorder.Action?.Id ?? "unknown";

    /// <summary>The account's turn in the lane, with the wait for it recorded.</summary>
    private async ValueTask<Lane.Entry> EnterLaneAsync(LaneCall call, TimeSpan maxWait, CallRecorder recorder, CancellationToken cancellationToken)
    {
        using var span = HubTelemetry.StartStep("lane");
        var since = _clock.GetTimestamp();
        HubError? refusal = null;
        _telemetry.LaneEntered();
        try
        {
            var place = await _lane.EnterAsync(call, maxWait, cancellationToken);
            refusal = place.Refusal;
            place.Recorder = recorder;
            recorder.Place = place;
            return place;
        }
        finally
        {
            HubTelemetry.EndStep(span, refusal);
            _telemetry.LaneLeft(Waited(recorder, CallStepKind.Lane, since, refusal));
        }
    }

    /// <summary>Records a wait; one that was none is no step.</summary>
    private TimeSpan Waited(CallRecorder? recorder, CallStepKind kind, long since, HubError? refusal)
    {
        var took = _clock.GetElapsedTime(since);
        if (refusal is not null) recorder?.Add(kind, took, WireName.Of(refusal.Code));
        else if (took >= ShortestStep) recorder?.Add(kind, took);
        return took;
    }

    private void RecordRequest(ApsCall call, Activity? span, long since, ApsResponse response)
    {
        var took = _clock.GetElapsedTime(since);
        var answer = response as ApsResponse.Answered;
        var failure = response switch { ApsResponse.NotSent => "not_sent", ApsResponse.Lost => "lost", _ => null };
        HubTelemetry.EndRequest(span, answer?.Status, failure);
        _telemetry.RequestEnded(call.Action, answer?.Status, failure, took);
        call.Recorder?.AddRequest(call.Action, took, answer?.Status, failure, call.Request.Body?.Length, answer?.Body?.Length);
    }

    private void RecordRepeat(ApsCall call, long failedAt)
    {
        call.FailedAt = null;
        _telemetry.Repeated(call.Action, call.Response is ApsResponse.Answered { Status: 429 } ? "rate_limited" : "failed");
        Waited(call.Recorder, CallStepKind.Backoff, failedAt, null);
    }
}
