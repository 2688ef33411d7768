using Microsoft.Extensions.Logging;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Telemetry;

namespace TenantHub.Calls;

/// <summary>Around every action call: its span, its metrics, its line in the log, its record in the call log, whatever becomes of
/// it.</summary>
public sealed partial class CallJournal(
    TenantHubTelemetry telemetry,
    ICallLog callLog,
    ActionCatalog catalog,
    TimeProvider clock,
    ILogger<CallJournal> logger
)
{
    /// <summary>Begins to take down a call; end it with End or Fail.</summary>
    internal CallRecorder Begin(ActiveAccount account, ActionRequest request) => Begin(account.Id, request);

    /// <summary>Takes down a call that is not made by its account's grain as one: the whole of a composite action, whose steps are calls
    /// of their own, or one that was refused before the grain was asked.</summary>
    public async Task<ActionResult> RecordAsync(
        ILinkedAccountGrain account,
        ActionRequest request,
        Func<Task<ActionResult>> run,
        CancellationToken cancellationToken
    )
    {
        var (id, linked) = (account.GetPrimaryKeyString(), (AccountDescription?)null);
        var recorder = Begin(id, request);
        recorder.Action = catalog.Find(request.ActionId);
        try
        {
            linked = (await account.DescribeAsync() as AccountResult.Described)?.Account;
            var result = await run();
            Conclude(id, linked, recorder, result);
            return result with { Timing = recorder.Timing() };
        }
        catch (Exception exception)
        {
            Fail(id, linked, recorder, isCanceled: exception is OperationCanceledException && cancellationToken.IsCancellationRequested);
            throw;
        }
    }

    /// <summary>Takes down a call that is refused before its account's grain is asked.</summary>
    public Task<ActionResult> RefuseAsync(ILinkedAccountGrain account, ActionRequest request, ServiceError error) =>
        RecordAsync(account, request, () => Task.FromResult<ActionResult>(error), CancellationToken.None);

    /// <summary>Waits for a call's place in the lane, and takes the wait down.</summary>
    internal async ValueTask<Lane.Entry> EnterLaneAsync(
        Lane lane,
        LaneCall call,
        long startBy,
        CallRecorder recorder,
        CancellationToken cancellationToken
    )
    {
        using var span = TenantHubTelemetry.StartStep("lane");
        var since = clock.GetTimestamp();
        ServiceError? refusal = null;
        telemetry.LaneEntered();
        try
        {
            var place = await lane.EnterAsync(call, clock.Left(startBy), cancellationToken);
            refusal = place.Refusal;
            place.Recorder = recorder;
            recorder.Place = place;
            return place;
        }
        finally
        {
            var waited = clock.GetElapsedTime(since);
            TenantHubTelemetry.EndStep(span, refusal);
            telemetry.LaneLeft(waited);
            recorder.AddWait(CallStepKind.Lane, waited, refusal);
        }
    }

    /// <summary>Takes down how the call ended; gives its result with what the caller is told of limits and times.</summary>
    internal ActionResult End(ActiveAccount account, CallRecorder recorder, ActionResult result)
    {
        // Only what took a turn is shown among the account's last calls: refusals would push out what an operator looks for.
        if (recorder.Place is { } place)
        {
            account.AddRecent(
                new CallDescription(Named(recorder), recorder.CameAt, place.Waited, recorder.Elapsed, OutcomeOf(result))
                {
                    QuotaWait = recorder.QuotaWait,
                    Attempts = recorder.Call?.Attempts ?? 0,
                }
            );
        }

        Conclude(account.Id, account.State.Account, recorder, result);
        return result with { RateLimit = recorder.Call?.Quota, Timing = recorder.Timing() };
    }

    /// <summary>Takes down a call that ended with an exception: its caller has gone away, or something is wrong with us.</summary>
    internal void Fail(ActiveAccount account, CallRecorder recorder, bool isCanceled) =>
        Fail(account.Id, account.State.Account, recorder, isCanceled);

    private CallRecorder Begin(string accountId, ActionRequest request)
    {
        var recorder = new CallRecorder(request, clock);
        recorder.Span = TenantHubTelemetry.StartCall(accountId, recorder.Id);
        return recorder;
    }

    private void Conclude(string accountId, AccountDescription? account, CallRecorder recorder, ActionResult result)
    {
        var (error, succeeded) = ((result as ActionResult.Failed)?.Error, result as ActionResult.Succeeded);
        if (error is not null)
            LogCallFailed(accountId, Named(recorder), error.Code);
        else
            LogCallSucceeded(accountId, Named(recorder), succeeded?.ProviderStatus);
        Append(accountId, account, recorder, OutcomeOf(result), succeeded, isFault: error is { Source: not ErrorSource.Caller });
    }

    private void Fail(string accountId, AccountDescription? account, CallRecorder recorder, bool isCanceled) =>
        Append(
            accountId,
            account,
            recorder,
            isCanceled ? CallRecord.Canceled : WireName.Of(ErrorCode.InternalError),
            null,
            isFault: !isCanceled
        );

    private static string OutcomeOf(ActionResult result) =>
        result is ActionResult.Failed { Error: var error } ? WireName.Of(error.Code) : CallRecord.Succeeded;

    private void Append(
        string accountId,
        AccountDescription? account,
        CallRecorder recorder,
        string outcome,
        ActionResult.Succeeded? succeeded,
        bool isFault
    )
    {
        using var span = recorder.Span;
        recorder.LeaveRooms();
        var record = new CallRecord
        {
            Id = recorder.Id,
            AccountId = accountId,
            OriginOwnerId = account?.OriginOwnerId,
            ProfileId = account?.ProfileId,
            CallerId = recorder.Request.CallerId,
            Via = recorder.Request.Via,
            Client = recorder.Request.Client,
            TraceId = recorder.Request.TraceId ?? span?.TraceId.ToHexString(),
            ActionId = Named(recorder),
            PartOf = recorder.Request.PartOf is { } whole ? catalog.Find(whole)?.Id : null,
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
        telemetry.CallEnded(span, record, isFault);
        callLog.Append(record);
    }

    /// <summary>What a caller writes in place of an action's name may be anything; only the catalog's names are kept.</summary>
    private static string Named(CallRecorder recorder) => recorder.Action?.Id ?? "unknown";

    [LoggerMessage(2001, LogLevel.Debug, "Account {AccountId}: {ActionId} succeeded with {Status}")]
    private partial void LogCallSucceeded(string accountId, string actionId, int? status);

    [LoggerMessage(2002, LogLevel.Information, "Account {AccountId}: {ActionId} ended with {Code}")]
    private partial void LogCallFailed(string accountId, string actionId, ErrorCode code);
}
