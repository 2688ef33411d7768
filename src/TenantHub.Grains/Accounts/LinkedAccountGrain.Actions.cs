using TenantHub.Actions;
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
    private AccountDescription? _contextOf;
    private LinkedAccountContext? _context;

    /// <summary>Every call is recorded, whatever becomes of it (LinkedAccountGrain.Recording.cs).</summary>
    public Task<ActionResult> RunActionAsync(ActionRequest request, CancellationToken cancellationToken) => RecordAsync(request, cancellationToken);

    private async Task<ActionResult> RunAsync(ActionRequest request, CallRecorder recorder, CancellationToken cancellationToken)
    {
        await RefreshProfileAsync();

        // 1. What is asked, and may this account do it now? Answered before anything is spent.
        if (_catalog.Find(request.ActionId) is not { } action) return AccountErrors.UnknownAction(request.ActionId);
        recorder.Action = action;
        if (Refuses(action, request) is { } refusal) return refusal;
        var context = Context(Linked!);
        if (InputValidator.Validate(action, request, context) is { } invalid) return invalid;
        if (action.Kind is ActionKind.Composite) return AccountErrors.Composite(action.Id);
        if (action.Kind is ActionKind.Transfer) return await AllowTransferAsync(action, request, context);
        if (ApsPaging.Reveal(action, request, word => _positions?.Reveal(word)) is not { } revealed) return IsolationErrors.CursorForgotten();
        request = revealed;

        // 2. A write under a key that was used before is answered from what is known of it.
        using var key = await ClaimKeyAsync(action, request);
        if (key.Answer is { } known) return known;

        // 3. Our turn in the lane. From here to the end of the method no write of this account runs beside this call.
        var startBy = StartBy(recorder.Came, request);
        using var place = await EnterLaneAsync(new LaneCall(action.Id, action.Safety is not ActionSafety.Read, request.Priority), Left(startBy), recorder, cancellationToken);
        if (place.Refusal is { } noPlace) return noPlace;
        if (Refuses(action, request) is { } tooLate) return tooLate; // Suspended or unlinked while it waited.
        if (await RefuseHopelessAsync(action, place, cancellationToken) is { } hopeless) return hopeless;
        var call = recorder.Call = new ApsCall(action, request, App(State), context, place, startBy) { BeforeSending = key.Key is null ? null : async () => await HoldKeyAsync(key) };
        if (await RefuseForeignAsync(call, cancellationToken) is { } foreign) return foreign;

        // 4. Token, permit, request; repeated where that is safe. A write whose answer is lost is looked for (LinkedAccountGrain.ReadBack.cs).
        var found = await SendOnceAsync(call, key, cancellationToken);

        // 5. What it means for the account, the key and the caller.
        ActionResult result;
        if (found is not null) result = found;
        else if (call.Response is ApsResponse.Answered { Succeeded: true } answered) result = await ReadAnswerAsync(call, answered);
        else result = await LearnAsync(action, call.Response is { } failed ? ApsFailureClassifier.Classify(action, context, failed) : call.Refusal!, place);
        if (result is ActionResult.Succeeded) await LearnWorkingAsync(action);
        if (result is ActionResult.Succeeded succeeded && await KeepAsync(call, succeeded) is { } notKept) return notKept; // The key stays open.
        return await SettleKeyAsync(key, call, result);
    }

    private LinkedAccountContext Context(AccountDescription account)
    {
        if (!ReferenceEquals(_contextOf, account)) (_contextOf, _context) = (account, new(account.AccAccountId, account.Region, account.ClientId, account.ActAsUserId));
        return _context!;
    }

    /// <summary>The timestamp after which a call is not sent any more.</summary>
    private long StartBy(long came, ActionRequest request)
    {
        var wait = request.MaxWait ?? _laneOptions.DefaultMaxWait;
        wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait;
        return came + (long)(wait.TotalSeconds * _clock.TimestampFrequency);
    }

    /// <summary>Status and enabled actions; costs nothing and sends nothing.</summary>
    private HubError? Refuses(ActionDefinition action, ActionRequest request)
    {
        if (Linked is not { } account) return AccountErrors.NotFound(Id);
        if (account.Status is AccountStatus.Suspended) return AccountErrors.Suspended(Id);
        if (_profile?.EnabledActions is { } enabled && !enabled.Contains(action.Id) && !IsEnabledStep(action, request.PartOf, enabled))
            return AccountErrors.NotEnabled(action.Id, account.ProfileId!);
        return null;
    }

    private bool IsEnabledStep(ActionDefinition step, string? partOf, IReadOnlyList<string> enabled) =>
        partOf is not null && enabled.Contains(partOf) && _catalog.Find(partOf) is { } composite && composite.Steps.Contains(step.Id);

    private async Task<ActionResult> AllowTransferAsync(ActionDefinition action, ActionRequest request, LinkedAccountContext context)
    {
        var url = request.Path["signed_url"];
        if (_transfer.CheckUrl(url) is { } forbidden) return forbidden;
        foreach (var named in NamedResource.In(action, request))
        {
            if ((await LookUpAsync(named, action, request, context)).Refusal is { } refusal) return refusal;
        }

        return new ActionResult.TransferAllowed(new Secret(url));
    }

    /// <summary>
    /// An account that is known not to work does not waste quota on calls that cannot succeed. When that knowledge is old it is renewed first,
    /// so an account heals by being used.
    /// </summary>
    private async Task<HubError?> RefuseHopelessAsync(ActionDefinition action, Lane.Entry place, CancellationToken cancellationToken)
    {
        if (Obstacle(action) is null) return null;
        if (_clock.GetUtcNow() - (State.CheckedAt ?? DateTimeOffset.MinValue) >= _provisioningOptions.ReverifyAfter)
            await VerifyStoredAsync(place, cancellationToken);
        return Obstacle(action);
    }

    private HubError? Obstacle(ActionDefinition action)
    {
        foreach (var check in State.Checks)
        {
            if (check.Outcome is CheckOutcome.Failed && ProvisioningChecks.Stops(check.Name, action) is { } cause)
                return AccountErrors.Hopeless(cause, check);
        }

        return null;
    }
}
