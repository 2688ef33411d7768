using Microsoft.Extensions.Logging;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Events;
using TenantHub.Errors;
using TenantHub.Telemetry;

namespace TenantHub.Events;

/// <summary>
/// 1. Callbacks that were written down are judged, oldest first: hook, signature, content, project. 2. What is proven goes into the feed,
/// in the same write that takes the callbacks away. 3. What is in the feed goes into the endpoints' outbox, in one write with how far that
/// was done. Killed between any two of these the next activation goes on there: a callback that is judged twice has one fingerprint, an
/// event that is handed over twice has one id.
/// </summary>
internal sealed partial class AutodeskEventsGrain(
    IAutodeskEventStore store,
    IEventDeliveryStore outbox,
    TenantHubTelemetry telemetry,
    TimeProvider clock,
    ILogger<AutodeskEventsGrain> logger
) : Grain, IAutodeskEventsGrain, IRecoveredEventsGrain
{
    private const int AtOnce = 64;
    private const int MaxForeign = 100;
    private const int MaxResent = 1000;
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan HeldFor = TimeSpan.FromMinutes(10); // Whoever resumes an account wakes this grain; should that be lost, so long.

    private readonly HashSet<string> _ownProjects = [];
    private readonly Dictionary<string, DateTimeOffset> _foreignProjects = [];
    private IGrainTimer? _timer;
    private bool _isScheduled; // Wakes that come meanwhile are one with this.
    private long? _handedOver; // Up to where, when it is known.

    private string AccountId => this.GetPrimaryKeyString();

    public Task WakeAsync()
    {
        if (_isScheduled)
            return Task.CompletedTask;
        _isScheduled = true;
        if (_timer is null)
            _timer = this.RegisterGrainTimer(RunAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        else
            _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public async Task<int> RecoverAsync(IReadOnlyList<AutodeskEvent> events)
    {
        var added = await store.AppendAsync(AccountId, events, []);
        if (added.Count > 0)
            await WakeAsync();
        return added.Count;
    }

    public async Task<ResendResult> ResendAsync(long from, long to, string? endpointId)
    {
        if (from < 1 || to < from || to - from >= MaxResent)
            return new(
                0,
                0,
                InputFault.Tell(
                    [new("from", $"must be a sequence from 1 on, and to one that is not before it and at most {MaxResent - 1} after it.")],
                    "Correct the fields; nothing is sent again."
                )
            );
        var events = await store.ListAsync(AccountId, from - 1, (int)(to - from + 1));
        var told = events.Where(each => each.Sequence <= to).ToList();
        if (told.Count == 0)
            DeactivateOnIdle();
        var endpoints = (await GrainFactory.GetGrain<IEventEndpointsGrain>(IEventEndpointsGrain.Key).ListAsync())
            .Where(endpoint => endpointId is null || endpoint.Id == endpointId)
            .ToList();
        if (told.Count == 0 || endpoints.Count == 0)
            return new(0, 0, SubscriptionErrors.NothingToResend(told.Count == 0, endpointId));
        if (
            await GrainFactory.GetGrain<ILinkedAccountGrain>(AccountId).DescribeAsync() is AccountResult.Described
            {
                Account.Status: AccountStatus.Suspended
            }
        )
            return new(0, 0, SubscriptionErrors.Suspended(AccountId));
        await outbox.AddAgainAsync(DeliveriesOf(told, _ => endpoints));
        foreach (var endpoint in endpoints)
            await GrainFactory.GetGrain<IEndpointDeliveriesGrain>(endpoint.Id).WakeAsync();
        return new(told.Count, endpoints.Count, null);
    }

    public async Task ForgetAsync()
    {
        try
        {
            await store.ForgetAccountAsync(AccountId);
        }
        catch (Exception exception)
        {
            LogNotForgotten(exception, AccountId); // They go with the others that are old.
        }

        DeactivateOnIdle();
    }

    /// <summary>Nobody waits for it, so a fault is told here; the sweep wakes the grain again.</summary>
    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var work = new BackgroundWork("autodesk events");
        _isScheduled = false;
        try
        {
            bool more;
            do
            {
                var callbacks = await store.ListDueAsync(AccountId, AtOnce);
                var account = await GrainFactory.GetGrain<ILinkedAccountGrain>(AccountId).DescribeAsync()
                    is AccountResult.Described described
                    ? described.Account
                    : null;
                var added = callbacks.Count > 0 ? await JudgeAsync(callbacks, account) : [];
                if (account is { Status: AccountStatus.Suspended })
                    await store.HoldAsync(AccountId, clock.GetUtcNow() + HeldFor);
                else
                    await HandOverAsync(added);
                more = callbacks.Count == AtOnce;
            } while (more && !cancellationToken.IsCancellationRequested);
        }
        catch (Exception exception)
        {
            LogFault(exception, AccountId, work.TraceId);
            DeactivateOnIdle();
        }
    }

    /// <summary>Judges some callbacks; gives what is new in the feed.</summary>
    private async Task<IReadOnlyList<AutodeskEvent>> JudgeAsync(IReadOnlyList<AutodeskCallback> callbacks, AccountDescription? account)
    {
        var hooks = (await GrainFactory.GetGrain<IHooksGrain>(AccountId).FindHooksAsync()).ToDictionary(hook => hook.Name);
        var (events, judged, putOff) = (new List<AutodeskEvent>(), new List<string>(), new List<string>());
        var (heard, unproven) = (new HashSet<string>(), new HashSet<string>());
        foreach (var callback in callbacks)
        {
            var hook = hooks.GetValueOrDefault(callback.Hook);
            var (outcome, body) = Judge(callback, account, hook);
            if (outcome is "told" && body!.ProjectId is { } project && project != hook!.ProjectId)
                outcome = await IsOwnAsync(project) switch
                {
                    true => "told",
                    false => "foreign",
                    null => "put_off",
                };
            if (outcome is "put_off")
            {
                putOff.Add(callback.Id);
                continue;
            }

            judged.Add(callback.Id);
            if (outcome is "told")
            {
                events.Add(NewEvent(callback, account!, hook!, body!));
                if (hook!.IsUnheard)
                    heard.Add(hook.Name);
                continue;
            }

            if (outcome is "wrong_signature" && callback.ReceivedAt - CallbackSignature.SecretTakes < hook!.SignsFrom)
                unproven.Add(hook.Name);
            telemetry.AutodeskEvents(outcome);
            LogNotTold(AccountId, callback.Id, callback.Hook, outcome);
        }

        var added = await store.AppendAsync(AccountId, events, judged);
        if (putOff.Count > 0)
            await store.PutOffAsync(putOff, clock.GetUtcNow() + Again);
        telemetry.AutodeskEvents("told", added.Count);
        telemetry.AutodeskEvents("duplicate", events.Count - added.Count);
        if (heard.Count + unproven.Count > 0)
            _ = GrainFactory.GetGrain<IHooksGrain>(AccountId).NoteAsync([.. heard], [.. unproven]);
        return added;
    }

    /// <summary>What a callback is worth, by what needs no question.</summary>
    private static (string Outcome, CallbackBody? Body) Judge(AutodeskCallback callback, AccountDescription? account, KnownHook? hook)
    {
        if (account is null)
            return ("account_gone", null);
        if (hook is null)
            return ("unknown_hook", null);
        if (!CallbackSignature.IsValid(callback.Headers.GetValueOrDefault(CallbackSignature.Header), callback.Body, hook.Secrets))
            return ("wrong_signature", null);
        return CallbackBody.Read(callback.Body) is { } body ? ("told", body) : ("unreadable", null);
    }

    /// <summary>Whether a project that is not the hook's is the account's: Autodesk is asked once. Null when it does not tell.</summary>
    private async Task<bool?> IsOwnAsync(string project)
    {
        if (_ownProjects.Contains(project))
            return true;
        if (_foreignProjects.TryGetValue(project, out var until) && clock.GetUtcNow() < until)
            return false;
        var hooks = new AccountHooks(GrainFactory.GetGrain<ILinkedAccountGrain>(AccountId), "hub:events", CallPriority.Bulk);
        var (_, error) = await hooks.FindRootAsync(project);
        if (error is null)
            _ownProjects.Add(project);
        else if (!AccountHooks.IsGone(error) && error.Code is not ErrorCode.InvalidInput)
            return null;
        else
        {
            if (_foreignProjects.Count >= MaxForeign)
                _foreignProjects.Clear();
            _foreignProjects[project] = clock.GetUtcNow() + Again;
        }

        return error is null;
    }

    private AutodeskEvent NewEvent(AutodeskCallback callback, AccountDescription account, KnownHook hook, CallbackBody body) =>
        new()
        {
            Id = LinkedAccountId.NewText("evt_", clock),
            OriginOwnerId = account.OriginOwnerId,
            SubscriptionId = hook.SubscriptionId,
            System = hook.System,
            Event = hook.Event,
            ResourceUrn = body.ResourceUrn,
            ProjectId = body.ProjectId ?? hook.ProjectId,
            ReceivedAt = callback.ReceivedAt,
            Payload = body.Payload,
            Fingerprint = body.FingerprintOf(hook.System, hook.Event),
            Change = CallbackBody.ChangeOf(hook.Event, body.ResourceUrn),
        };

    /// <summary>What has just come follows what was handed over before, so the feed need not be read; else, as
    /// after a start, it is.</summary>
    private async Task HandOverAsync(IReadOnlyList<AutodeskEvent> added)
    {
        if (added.Count > 0 && added[0].Sequence == _handedOver + 1)
        {
            await HandOverAsync(added, added[^1].Sequence);
            return;
        }

        while (true)
        {
            var feed = await store.DescribeAsync(AccountId);
            _handedOver = feed.HandedOver;
            if (feed.HandedOver >= feed.Last)
                return;
            var events = await store.ListAsync(AccountId, feed.HandedOver, AtOnce);
            await HandOverAsync(events, events.Count > 0 ? events[^1].Sequence : feed.Last); // Those before are not kept any more.
        }
    }

    /// <summary>Handed over again is sent once: an event's deliveries go by its id.</summary>
    private async Task HandOverAsync(IReadOnlyList<AutodeskEvent> events, long through)
    {
        var endpoints = await GrainFactory.GetGrain<IEventEndpointsGrain>(IEventEndpointsGrain.Key).ListAsync();
        var deliveries = DeliveriesOf(events, told => endpoints.Where(endpoint => endpoint.CreatedAt <= told.ReceivedAt));
        await store.HandOverAsync(AccountId, through, deliveries);
        _handedOver = through;
        foreach (var id in deliveries.Select(delivery => delivery.EndpointId).Distinct())
            await GrainFactory.GetGrain<IEndpointDeliveriesGrain>(id).WakeAsync();
    }

    private List<DueDelivery> DeliveriesOf(IEnumerable<AutodeskEvent> events, Func<AutodeskEvent, IEnumerable<EventEndpoint>> takers) =>
        [
            .. from told in events
            let endpoints = takers(told).ToList()
            where endpoints.Count > 0
            let happened = AutodeskEventBody.Of(AccountId, told)
            from endpoint in endpoints
            select new DueDelivery(endpoint.Id, happened) { FeedOf = AccountId, Sequence = told.Sequence },
        ];

    [LoggerMessage(8010, LogLevel.Warning, "Account {AccountId}: callback {CallbackId} by {Hook} is not told to anybody: {Outcome}")]
    private partial void LogNotTold(string accountId, string callbackId, string hook, string outcome);

    [LoggerMessage(
        8013,
        LogLevel.Warning,
        "Account {AccountId} is gone, and its events of Autodesk's could not be deleted; they go when they are old"
    )]
    private partial void LogNotForgotten(Exception exception, string accountId);

    [LoggerMessage(
        8011,
        LogLevel.Error,
        "Account {AccountId}: Autodesk's events could not be handed on and are tried again (trace {TraceId})"
    )]
    private partial void LogFault(Exception exception, string accountId, string traceId);
}
