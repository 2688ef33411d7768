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
    ICallRecordings recordings,
    ActionCatalog catalog,
    TimeProvider clock,
    ILogger<CallJournal> logger
)
{
    /// <summary>Begins to take down a call; end it with End or Fail.</summary>
    internal CallRecorder Begin(ActiveAccount account, ActionRequest request)
    {
        var recorder = Begin(account.Id, request);
        recorder.Bodies = account.TakeRecording(request);
        return recorder;
    }

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
            Conclude(id, linked, recorder, result, static () => []);
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

        Conclude(account.Id, account.State.Account, recorder, result, account.Secrets);
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

    internal string NewRecordingId() => LinkedAccountId.NewText("rec_", clock);

    /// <summary>A recording goes on where the account is active next, with what is left of it.</summary>
    internal async Task GoOnRecordingAsync(ActiveAccount account)
    {
        if (account.State.Recording is not { } recording || account.Now >= recording.Until)
            return;
        try
        {
            var left = recording.Calls - await recordings.CountAsync(account.Id, recording.Id);
            account.Recording = left > 0 ? recording with { Left = left } : null;
        }
        catch (Exception exception)
        {
            LogNotRecorded(exception, account.Id); // Calls matter more than their recording.
        }
    }

    /// <summary>Forgets what was recorded of an account that is unlinked.</summary>
    internal Task ForgetRecordingsAsync(ActiveAccount account)
    {
        account.Recording = null;
        return recordings.ForgetAccountAsync(account.Id);
    }

    /// <summary>Nobody waits for it, and no call fails because of it.</summary>
    private async Task KeepAsync(RecordedBodies bodies, CallRecord record, ActionResult? result)
    {
        try
        {
            await recordings.AddAsync(bodies.End(record, result));
        }
        catch (Exception exception)
        {
            LogNotRecorded(exception, record.AccountId);
        }
    }

    private void Conclude(
        string accountId,
        AccountDescription? account,
        CallRecorder recorder,
        ActionResult result,
        Func<IReadOnlyCollection<string>> secrets
    )
    {
        var error = (result as ActionResult.Failed)?.Error;
        if (error is not null)
            LogCallFailed(accountId, Named(recorder), error.Code);
        else
            LogCallSucceeded(accountId, Named(recorder), (result as ActionResult.Succeeded)?.ProviderStatus);
        var kept = error is null ? null : ErrorRedaction.Of(error, recorder.Request, isNamed: recorder.Action is not null, secrets());
        Append(accountId, account, recorder, OutcomeOf(result), result, kept, isFault: error is { Source: not ErrorSource.Caller });
    }

    private void Fail(string accountId, AccountDescription? account, CallRecorder recorder, bool isCanceled) =>
        Append(
            accountId,
            account,
            recorder,
            isCanceled ? CallRecord.Canceled : WireName.Of(ErrorCode.InternalError),
            null,
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
        ActionResult? result,
        CallError? error,
        bool isFault
    )
    {
        using var span = recorder.Span;
        var succeeded = result as ActionResult.Succeeded;
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
            Error = error,
            Steps = recorder.Steps,
        };
        telemetry.CallEnded(span, record, isFault);
        callLog.Append(record);
        if (recorder.Bodies is { } bodies)
            _ = KeepAsync(bodies, record, result);
    }

    /// <summary>What a caller writes in place of an action's name may be anything; only the catalog's names are kept.</summary>
    private static string Named(CallRecorder recorder) => recorder.Action?.Id ?? "unknown";

    [LoggerMessage(2001, LogLevel.Debug, "Account {AccountId}: {ActionId} succeeded with {Status}")]
    private partial void LogCallSucceeded(string accountId, string actionId, int? status);

    [LoggerMessage(2019, LogLevel.Warning, "Account {AccountId}: a call could not be recorded with its bodies")]
    private partial void LogNotRecorded(Exception exception, string accountId);

    [LoggerMessage(2002, LogLevel.Information, "Account {AccountId}: {ActionId} ended with {Code}")]
    private partial void LogCallFailed(string accountId, string actionId, ErrorCode code);
}
