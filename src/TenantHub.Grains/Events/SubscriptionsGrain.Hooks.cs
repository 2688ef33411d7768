using Microsoft.Extensions.Logging;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Events;
using TenantHub.Errors;
using TenantHub.Telemetry;

namespace TenantHub.Events;

/// <summary>The work on hooks: make, look, switch on, make anew, scan, remove; one step at a time.</summary>
internal sealed partial class SubscriptionsGrain
{
    private const int StepsAtOnce = 10; // After so many pages or looks the grain answers others.

    /// <summary>Autodesk gives up two days after the first call that failed, and sends nothing of what waited.</summary>
    private static readonly TimeSpan MissedBeforeOff = TimeSpan.FromDays(3);

    /// <summary>So long Autodesk tries a call again, which may carry the signature that it had at first.</summary>
    private static readonly TimeSpan OldSecretIsTaken = TimeSpan.FromDays(3);
    private static readonly TimeSpan ClocksApart = TimeSpan.FromMinutes(1);

    private readonly Queue<string> _toLookAt = [];
    private readonly HashSet<string> _failed = []; // Since the last look.
    private bool _projectsAreDue;
    private IGrainTimer? _work;
    private bool _isToWork;
    private GapScan? _scan;
    private (string ProjectId, string FolderId, DateTimeOffset From) _scanned;

    /// <summary>A look at every hook, and at the projects of those who want all; what is unfinished is tried again.</summary>
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (State.Hooks.Count == 0 && State.Subscriptions.Count == 0)
        {
            await this.ForgetReminderAsync(Reminder);
            return;
        }

        if (
            await GrainFactory.GetGrain<ILinkedAccountGrain>(AccountId).DescribeAsync() is AccountResult.Failed
            {
                Error.Code: ErrorCode.AccountNotFound
            }
        )
        {
            await CloseAsync(); // The account went, and this could not be told.
            return;
        }

        _failed.Clear();
        _toLookAt.Clear();
        foreach (var hook in State.Hooks.Where(hook => hook is { IsWhole: true, IsRemoving: false }))
            _toLookAt.Enqueue(hook.Name);
        _projectsAreDue = true;
        WorkSoon();
    }

    private void WorkSoon()
    {
        if (_isToWork)
            return;
        _isToWork = true;
        if (_work is null)
            _work = this.RegisterGrainTimer(
                WorkAsync,
                new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true }
            );
        else
            _work.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>One step of the work; others are answered between two. What fails waits for the next look: nobody hammers
    /// Autodesk.</summary>
    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        using var work = new BackgroundWork("hooks");
        _isToWork = false;
        try
        {
            var calls = Hooks(Background, CallPriority.Bulk);
            if (_toLookAt.Count > 0)
                await LookAsync(calls);
            else if (_projectsAreDue)
                await FollowProjectsAsync(calls);
            else if (State.Hooks.FirstOrDefault(hook => hook.IsUnfinished(Now) && !_failed.Contains(hook.Name)) is { } next)
                await StepAsync(next, calls);
            else
                return;
            WorkSoon();
        }
        catch (Exception exception)
        {
            LogFault(exception, AccountId, work.TraceId);
            DeactivateOnIdle(); // What it holds may not be what is stored; the reminder goes on.
        }
    }

    private Task<ServiceError?> StepAsync(StoredHook hook, AccountHooks calls) =>
        hook.IsRemoving ? RemoveAsync(hook, calls)
        : !hook.IsWhole ? MakeAsync(hook, calls)
        : hook.IsToSign ? SignAsync(hook, calls)
        : hook.OffSince is not null ? SwitchOnAsync(hook, calls)
        : ScanAsync(hook, calls);

    /// <summary>Made under its name, then given its secret: repeated it is the same hook. Until it signs, its calls prove nothing; what
    /// they told is read afterwards.</summary>
    private async Task<ServiceError?> MakeAsync(StoredHook hook, AccountHooks calls)
    {
        if (hook.HookId is null)
        {
            if (options.Value.PublicUrl is null)
                return await FailAsync(hook, SubscriptionErrors.NotConfigured());
            var (hookId, notMade) = await CreateAsync(hook, calls);
            if (hookId is null)
                return await FailAsync(hook, notMade!);
            hook = hook with { HookId = hookId, Problem = null, ProblemSince = null };
            await StoreAsync(State.With(hook));
        }

        return await SignAsync(hook, calls);
    }

    private async Task<ServiceError?> SignAsync(StoredHook hook, AccountHooks calls)
    {
        if (await calls.SetSecretAsync(hook.Place, hook.HookId!, hook.Secret) is { } notSet)
            return await FailAsync(hook, notSet);
        await StoreAsync(State.With(hook.Signing(Now, OldSecretIsTaken)));
        return null;
    }

    private Task<(string? HookId, ServiceError? Error)> CreateAsync(StoredHook hook, AccountHooks calls) =>
        calls.CreateAsync(hook.Place, CallbackOf(hook), State.Subscriptions.First(each => each.Id == hook.SubscriptionId).Request.Filter);

    /// <summary>A look at some hooks; those that are well are written down together.</summary>
    private async Task LookAsync(AccountHooks calls)
    {
        var well = new HashSet<string>();
        for (var looks = 0; looks < StepsAtOnce && _toLookAt.TryDequeue(out var name); looks++)
        {
            if (State.Hooks.FirstOrDefault(hook => hook.Name == name) is not { IsWhole: true, IsRemoving: false } hook)
                continue;
            if (await LookAsync(hook, calls))
                well.Add(name);
        }

        if (well.Count == 0)
            return;
        await StoreAsync(
            State with
            {
                Hooks =
                [
                    .. State.Hooks.Select(hook =>
                        well.Contains(hook.Name) ? hook with { SeenActiveAt = Now, Problem = null, ProblemSince = null } : hook
                    ),
                ],
            }
        );
    }

    private async Task<bool> LookAsync(StoredHook hook, AccountHooks calls)
    {
        var (status, error) = await calls.LookAsync(hook.Place, hook.HookId!);
        if (status is "active")
            return true;
        if (error is null)
        {
            LogOff(AccountId, hook.SubscriptionId, hook.HookId!, status!);
            var after = MissedSince(hook) with { OffSince = hook.OffSince ?? Now, Problem = null, ProblemSince = null };
            await StoreAsync(NoteGap(State.With(after), after));
        }
        else if (AccountHooks.IsGone(error))
        {
            LogGone(AccountId, hook.SubscriptionId, hook.HookId!);
            await MakeAnewAsync(hook);
        }
        else
        {
            await FailAsync(hook, error);
        }

        return false;
    }

    /// <summary>Somebody has deleted the hook at Autodesk, or the account is in another region or under another client id now.</summary>
    private async Task MakeAnewAsync(StoredHook hook)
    {
        var anew = Anew(hook);
        await StoreAsync(NoteGap(State with { Hooks = [.. State.Hooks.Select(other => other.Name == hook.Name ? anew : other)] }, anew));
    }

    private StoredHook Anew(StoredHook hook) =>
        MissedSince(hook) with
        {
            Name = NewName(),
            Secret = EventSignature.NewSecret(),
            OldSecret = null,
            OldSecretUntil = null,
            HookId = null,
            SignsSince = null,
            SeenActiveAt = null,
            OffSince = null,
            Problem = null,
            ProblemSince = null,
        };

    private static StoredHook MissedSince(StoredHook hook)
    {
        var from = Later((hook.SeenActiveAt ?? hook.Since) - MissedBeforeOff, hook.Since);
        return hook with { ScanFrom = hook.ScanFrom < from ? hook.ScanFrom : from, ScanNotBefore = null };
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private SubscriptionsState NoteGap(SubscriptionsState after, StoredHook hook)
    {
        var subscription = after.Subscriptions.First(each => each.Id == hook.SubscriptionId);
        return subscription.LastGap is { ClosedAt: null }
            ? after
            : after.With(subscription with { LastGap = new EventGap(hook.ScanFrom!.Value, Now, null, 0) });
    }

    private async Task<ServiceError?> SwitchOnAsync(StoredHook hook, AccountHooks calls)
    {
        if (await calls.SwitchOnAsync(hook.Place, hook.HookId!) is { } error)
            return await FailAsync(hook, error);
        await StoreAsync(State.With(hook with { OffSince = null, UnheardSince = Now, SeenActiveAt = Now }));
        return null;
    }

    private async Task<ServiceError?> RemoveAsync(StoredHook hook, AccountHooks calls)
    {
        // One whose making has not ended may be there all the same: made again under its name it tells its id.
        if (hook is { HookId: null, ProblemSince: not null } && options.Value.PublicUrl is not null)
        {
            var (hookId, error) = await CreateAsync(hook, calls);
            if (hookId is null && error!.Code is ErrorCode.OutcomeUnknown)
                return await FailAsync(hook, error);
            hook = hook with { HookId = hookId };
        }

        if (hook.HookId is { } there && await calls.DeleteAsync(hook.Place, there) is { } notRemoved)
            return await FailAsync(hook, notRemoved);
        await StoreAsync(State.Without(hook));
        return null;
    }

    /// <summary>A part of the scan of one folder, for all hooks there that missed something.</summary>
    private async Task<ServiceError?> ScanAsync(StoredHook hook, AccountHooks calls)
    {
        var together = State
            .Hooks.Where(other =>
                other is { IsWhole: true, IsRemoving: false }
                && other.IsToScan(Now)
                && (other.ProjectId, other.FolderId) == (hook.ProjectId, hook.FolderId)
            )
            .ToList();
        var from = Later(together.Min(other => other.ScanFrom!.Value) - ClocksApart, together.Min(other => other.Since));
        if (_scan is null || _scanned != (hook.ProjectId, hook.FolderId, from))
        {
            _scanned = (hook.ProjectId, hook.FolderId, from);
            _scan = new GapScan(calls, hook.ProjectId, hook.FolderId, from, together.Select(other => other.Event).ToHashSet());
        }

        for (var pages = 0; pages < StepsAtOnce && !_scan.IsDone; pages++)
        {
            var (found, error) = await _scan.NextAsync();
            if (error is not null)
                return await FailAsync(hook, error);
            await RecoverAsync(found, together);
        }

        if (!_scan.IsDone)
            return null;
        _scan = null;
        var after = State;
        foreach (var scanned in together)
            after = after.With(after.Hooks.First(each => each.Name == scanned.Name) with { ScanFrom = null, ScanNotBefore = null });
        foreach (var subscription in after.Subscriptions.Where(each => each.LastGap is { ClosedAt: null }).ToList())
        {
            if (after.HooksOf(subscription).All(each => each.ScanFrom is null))
                after = after.With(subscription with { LastGap = subscription.LastGap! with { ClosedAt = Now } });
        }

        await StoreAsync(after);
        return null;
    }

    private async Task RecoverAsync(IReadOnlyList<FoundChange> found, List<StoredHook> hooks)
    {
        if (found.Count == 0)
            return;
        if (
            await GrainFactory.GetGrain<ILinkedAccountGrain>(AccountId).DescribeAsync()
            is not AccountResult.Described { Account: var account }
        )
            return;
        var events = (
            from change in found
            let hook = hooks.First(hook => hook.Event == change.Event)
            let name = CallbackBody.ChangeOf(change.Event, change.ResourceUrn)
            select new AutodeskEvent
            {
                Id = LinkedAccountId.NewText("evt_", clock),
                OriginOwnerId = account.OriginOwnerId,
                SubscriptionId = hook.SubscriptionId,
                System = hook.System,
                Event = change.Event,
                ResourceUrn = change.ResourceUrn,
                ProjectId = hook.ProjectId,
                ReceivedAt = Now,
                IsRecovered = true,
                Payload = change.Payload,
                Fingerprint = name,
                Change = name,
            }
        ).ToArray();
        var added = await GrainFactory.GetGrain<IRecoveredEventsGrain>(AccountId).RecoverAsync(events);
        telemetry.AutodeskEvents("recovered", added);
        if (
            added == 0
            || State.Subscriptions.FirstOrDefault(each => each.Id == events[0].SubscriptionId) is not { LastGap: { } gap } subscription
        )
            return;
        await StoreAsync(State.With(subscription with { LastGap = gap with { Recovered = gap.Recovered + added } }));
    }

    /// <summary>Projects that were made since get their hooks; what happened in them before is read.</summary>
    private async Task FollowProjectsAsync(AccountHooks calls)
    {
        _projectsAreDue = false;
        foreach (
            var subscription in State
                .Subscriptions.Where(each => each is { IsRemoving: false, Request.Scope: SubscriptionScope.Hub })
                .ToList()
        )
        {
            var (projects, error) = await calls.ListProjectsAsync();
            if (error is not null)
                return; // The next look will do.
            var known = State.HooksOf(subscription).Select(hook => hook.ProjectId).ToHashSet();
            var fresh = Plan(subscription, projects.Where(project => !known.Contains(project.ProjectId)))
                .Select(hook => hook with { Since = subscription.CreatedAt, ScanFrom = subscription.CreatedAt })
                .ToList();
            if (fresh.Count == 0)
                continue;
            var limit = options.Value.MaxHooksPerAccount;
            if (State.Hooks.Count + fresh.Count > limit)
                LogLimit(AccountId, subscription.Id, limit);
            else
                await StoreAsync(State with { Hooks = [.. State.Hooks, .. fresh] });
        }
    }

    /// <summary>The step is tried again at the next look.</summary>
    private async Task<ServiceError?> FailAsync(StoredHook hook, ServiceError error)
    {
        _failed.Add(hook.Name);
        LogFailed(AccountId, hook.SubscriptionId, hook.Event, error.Detail);
        await StoreAsync(State.With(hook with { Problem = error, ProblemSince = hook.ProblemSince ?? Now }));
        return error;
    }

    [LoggerMessage(8020, LogLevel.Information, "Account {AccountId}: subscription {SubscriptionId} with {Hooks} hooks")]
    private partial void LogSubscribed(string accountId, string subscriptionId, int hooks);

    [LoggerMessage(
        8021,
        LogLevel.Warning,
        "Account {AccountId}: hook {HookId} of subscription {SubscriptionId} is {Status}; it is switched on, and what was missed is read"
    )]
    private partial void LogOff(string accountId, string subscriptionId, string hookId, string status);

    [LoggerMessage(
        8022,
        LogLevel.Warning,
        "Account {AccountId}: hook {HookId} of subscription {SubscriptionId} is gone at Autodesk; it is made anew"
    )]
    private partial void LogGone(string accountId, string subscriptionId, string hookId);

    [LoggerMessage(
        8023,
        LogLevel.Warning,
        "Account {AccountId}: a hook of subscription {SubscriptionId} for {Event} waits for the next look: {Failure}"
    )]
    private partial void LogFailed(string accountId, string subscriptionId, string @event, string failure);

    [LoggerMessage(
        8024,
        LogLevel.Error,
        "Account {AccountId}: the work on hooks failed within TenantHub and is tried again (trace {TraceId})"
    )]
    private partial void LogFault(Exception exception, string accountId, string traceId);

    [LoggerMessage(8027, LogLevel.Information, "Account {AccountId}: the hooks of subscription {SubscriptionId} get new secrets")]
    private partial void LogRotating(string accountId, string subscriptionId);

    [LoggerMessage(
        8025,
        LogLevel.Warning,
        "Account {AccountId} goes, or moves, and its hook {HookId} could not be removed at Autodesk: {Failure}"
    )]
    private partial void LogNotRemoved(string accountId, string hookId, string failure);

    [LoggerMessage(
        8026,
        LogLevel.Error,
        "Account {AccountId}: new projects are not covered by subscription {SubscriptionId}: {Limit} hooks are the limit"
    )]
    private partial void LogLimit(string accountId, string subscriptionId, int limit);
}
