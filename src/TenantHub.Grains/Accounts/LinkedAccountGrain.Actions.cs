using Orleans.Storage;
using TenantHub.Actions;
using TenantHub.Approvals;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Isolation;
using TenantHub.Autodesk.Paging;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Isolation;

namespace TenantHub.Accounts;

/// <summary>MAIN FLOW 1: run one action. The steps are those of docs/ARCHITECTURE.md.</summary>
internal sealed partial class LinkedAccountGrain
{
    /// <summary>Every call is recorded, whatever becomes of it.</summary>
    public async Task<ActionResult> RunActionAsync(ActionRequest request, CancellationToken cancellationToken)
    {
        using var running = accounts.Run();
        var recorder = journal.Begin(_account, request);
        try
        {
            var startBy = _account.StartBy(recorder.Came, request.MaxWait);
            var result = await accounts.AnswerInTimeAsync(RunAsync(request, recorder, startBy, cancellationToken), recorder, startBy);
            return journal.End(_account, recorder, WithoutSecrets(result));
        }
        catch (OrleansException exception)
            when (exception is not InconsistentStateException && (!MayHaveSent(recorder) || request.IdempotencyKey is null))
        {
            // The silo that was asked for the profile, a token or a permit has gone. Under a key whoever repeats the call finds out more.
            return journal.End(_account, recorder, MayHaveSent(recorder) ? AccountErrors.PartnerGoneSince() : AccountErrors.PartnerGone());
        }
        catch (Exception exception)
        {
            journal.Fail(
                _account,
                recorder,
                isCanceled: exception is OperationCanceledException && cancellationToken.IsCancellationRequested
            );
            throw;
        }
    }

    public async Task<Admission> AdmitAsync(ActionRequest request)
    {
        await profiles.RefreshAsync(_account, _account.StartByDefault());
        if (_account.FindAction(request.ActionId) is not { } action)
            return Admission.No(AccountErrors.UnknownAction(request.ActionId));
        if ((_account.Refuses(action, request) ?? InputValidator.Validate(action, request, _account.Context)) is { } refusal)
            return Admission.No(refusal);
        return await approvals.AdmitAsync(_account, action, request);
    }

    public Task<ServiceError?> WhyStoppedAsync(ActionRequest request) =>
        _account.FindAction(request.ActionId) is { } action
            ? calls.WhyStoppedAsync(_account, action, request)
            : Task.FromResult<ServiceError?>(AccountErrors.UnknownAction(request.ActionId));

    public Task ForgetBucketAsync(string bucketKey)
    {
        Record.LeaveUnlessKnown();
        _account.SeenSoFar?.Forget(ResourceKind.Bucket, bucketKey);
        return Task.CompletedTask;
    }

    public Task<ApprovalResult> DecideApprovalAsync(string approvalId, bool approve, string decidedBy) =>
        approvals.DecideAsync(_account, approvalId, approve, decidedBy);

    private ActionResult WithoutSecrets(ActionResult result) =>
        result is ActionResult.Failed { Error: { Provider: not null } error } failed
            ? failed with
            {
                Error = ErrorRedaction.WithoutSecrets(error, _account.Secrets()),
            }
            : result;

    private static bool MayHaveSent(CallRecorder recorder) => recorder is { Action.Safety: not ActionSafety.Read, Call.Attempts: > 0 };

    private async Task<ActionResult> RunAsync(
        ActionRequest request,
        CallRecorder recorder,
        long startBy,
        CancellationToken cancellationToken
    )
    {
        await profiles.RefreshAsync(_account, startBy);

        // 1. What is asked, and may this account do it now? Answered before anything is spent.
        if (_account.FindAction(request.ActionId) is not { } action)
            return AccountErrors.UnknownAction(request.ActionId);
        recorder.Action = action;
        if (_account.Refuses(action, request) is { } refusal)
            return refusal;
        var context = _account.Context;
        if (InputValidator.Validate(action, request, context) is { } invalid)
            return invalid;
        if (action.Kind is ActionKind.Composite)
            return AccountErrors.Composite(action.Id);
        var admission = await approvals.AdmitAsync(_account, action, request);
        if (admission.Refusal is { } waiting)
            return waiting;
        if (recorder.GivenUp is { } late)
            return late; // Before an approval is used.
        var asked = request;
        if (admission.ApprovalId is { } approval)
            request = request with { IdempotencyKey = request.IdempotencyKey ?? approval }; // So it takes effect once.
        if (action.Kind is ActionKind.Transfer)
        {
            var allowed = await guard.AllowTransferAsync(_account, action, request, startBy);
            if (allowed is ActionResult.TransferAllowed && admission.ApprovalId is { } given)
                await approvals.UseAsync(given, action, request);
            return allowed;
        }

        if (ApsPaging.Reveal(action, request, word => _account.PositionsSoFar?.Reveal(word)) is not { } revealed)
            return IsolationErrors.CursorForgotten();

        // 2. A write under a key that was used before is answered from what is known of it.
        using var key = await writeOnce.ClaimAsync(_account, action, revealed, startBy);
        if (key.Answer is { } known)
            return admission.ApprovalId is { } spent && asked.IdempotencyKey is null && known is ActionResult.Succeeded
                ? await AnswerSpentAsync(spent, action, request, asked, known)
                : known;

        // 3. Our turn in the lane. Until it is given back no write of this account runs beside this call.
        using var place = await journal.EnterLaneAsync(_account.Lane, LaneCall.Of(action, request), startBy, recorder, cancellationToken);
        if (place.Refusal is { } noPlace)
            return noPlace;
        if (_account.Refuses(action, request) is { } tooLate)
            return tooLate; // Suspended or unlinked while it waited.
        if (await lessons.RefuseHopelessAsync(_account, action, place, cancellationToken) is { } hopeless)
            return hopeless;
        var call = recorder.Call = new ApsCall(_account, action, revealed, _account.App, context, place, startBy)
        {
            BeforeSending = key.Key is null ? null : () => writeOnce.HoldAsync(_account, key, startBy),
            StillHolds = action.NamesResources ? guard.StillHolds : null,
            IsApproved = admission.ApprovalId is not null,
        };
        if (await guard.RefuseForeignAsync(call, cancellationToken) is { } foreign)
            return key.Gone(foreign) ?? foreign;

        // 4. Token, permit, request; repeated where that is safe. A write whose answer is lost is looked for.
        ActionResult? found = null;
        if (action.Safety is ActionSafety.Read)
            await calls.RunAsync(call, cancellationToken);
        else
            found = await writeOnce.SendAsync(call, key, cancellationToken);
        var result = found ?? await ReadAsync(call);

        // 5. What it means for the account and for the key. The next call may start before the answer is kept: the key is held until it is.
        if (result is ActionResult.Succeeded succeeded)
        {
            await lessons.LearnWorkingAsync(_account, action);
            if (await records.RecordAsync(call, succeeded) is { } notRecorded)
                return notRecorded; // The key stays open: a repeat finds what was created.
            if (admission.ApprovalId is { } used)
                await approvals.UseAsync(used, action, request);
        }

        place.Dispose();
        return await writeOnce.SettleAsync(call, key, result);
    }

    /// <summary>The approved call took effect while this one came, or nobody could write down that it did. What surely is a repeat gets its
    /// answer; all else is another call.</summary>
    private async Task<ActionResult> AnswerSpentAsync(
        string approvalId,
        ActionDefinition action,
        ActionRequest sent,
        ActionRequest asked,
        ActionResult known
    )
    {
        await approvals.UseAsync(approvalId, action, sent);
        return (await approvals.AdmitAsync(_account, action, asked)).Refusal ?? known;
    }

    /// <summary>What the caller gets of what came back, or why nothing was sent; a failure teaches the account's status.</summary>
    private async ValueTask<ActionResult> ReadAsync(ApsCall call) =>
        call.Response switch
        {
            ApsResponse.Answered { Succeeded: true } answered => await records.ReadAnswerAsync(call, answered),
            { } failed => await lessons.LearnAsync(
                _account,
                call.Action,
                ApsFailureClassifier.Classify(call.Action, call.Context, failed),
                call.Place,
                (failed as ApsResponse.Answered)?.ActingUserId
            ),
            null => await lessons.LearnAsync(_account, call.Action, call.Refusal!, call.Place),
        };
}
