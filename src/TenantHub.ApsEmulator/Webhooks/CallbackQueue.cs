using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.AccountAdmin;

namespace TenantHub.ApsEmulator.Webhooks;

/// <summary>
/// What changed, who is to be told, and when, on virtual time. Autodesk: at least once; after a failure four more tries, the last at least
/// 48 hours after the first; then the hook is inactive, and what happens until somebody switches it on is never sent.
/// </summary>
internal sealed class CallbackQueue(EmulatorState state)
{
    private const int Capacity = 500_000;

    /// <summary>The tries after a failure, counted from the first. Only the last is documented.</summary>
    private static readonly TimeSpan[] TriesAfter =
    [
        TimeSpan.FromMinutes(5),
        TimeSpan.FromHours(1),
        TimeSpan.FromHours(12),
        TimeSpan.FromHours(48),
    ];

    /// <summary>How long a callback that a fault holds back waits for one that follows it.</summary>
    private static readonly TimeSpan HeldBack = TimeSpan.FromMinutes(1);

    private readonly Queue<Change> _changes = [];
    private readonly List<(EmulatedHook Hook, Callback Callback)> _heldBack = [];
    private readonly List<TaskCompletionSource> _settling = [];
    private TaskCompletionSource _changed = NewSignal();
    private long _seq;
    private long _order;

    public IEnumerable<Change> Changes => _changes;

    public long Dropped { get; private set; }

    /// <summary>How long after it was switched off a hook with autoReactivateHook is tried again.</summary>
    public TimeSpan Reactivation { get; set; } = TimeSpan.FromDays(1);

    public void Raise(
        string system,
        string eventName,
        string resourceUrn,
        EmulatedProject project,
        IEnumerable<string> folders,
        JsonObject payload,
        DateTimeOffset at
    )
    {
        var change = new Change(++_seq, at, system, eventName, resourceUrn, project, payload)
        {
            Scopes =
            [
                .. folders.Select(id => ("folder", id)),
                ("project", project.Id),
                ("project", project.HubProjectId),
                ("projectId", project.Id),
            ],
        };
        if (_changes.Count == Capacity)
        {
            _changes.Dequeue();
            Dropped++;
        }

        _changes.Enqueue(change);
        foreach (var hook in state.Hooks.Where(hook => Hears(hook, change)))
            Tell(hook, change, at);
        Signal();
    }

    /// <summary>What is due now, and when the next is; a hook whose callback is on its way waits for it.</summary>
    public (IReadOnlyList<Callback> Due, DateTimeOffset? NextAt, Task Changed) Take()
    {
        lock (state.Gate)
        {
            if (_changed.Task.IsCompleted)
                _changed = NewSignal();
            var due = new List<Callback>();
            DateTimeOffset? next = null;
            foreach (var hook in state.Hooks.Where(hook => !hook.IsSending))
            {
                if (!hook.Waiting.TryPeek(out _, out var priority))
                    continue;
                if (priority.DueAt > state.Clock.Now)
                {
                    if (next is null || priority.DueAt < next)
                        next = priority.DueAt;
                    continue;
                }

                due.Add(hook.Waiting.Dequeue());
                hook.IsSending = true;
            }

            if (due.Count == 0 && !state.Hooks.Exists(hook => hook.IsSending))
            {
                foreach (var settling in _settling)
                    settling.SetResult();
                _settling.Clear();
            }

            return (due, next, _changed.Task);
        }
    }

    public void Conclude(Callback callback, Attempt attempt)
    {
        lock (state.Gate)
        {
            var hook = callback.Hook;
            hook.IsSending = false;
            callback.Attempts.Add(attempt);
            if (attempt.Status is >= 200 and < 300)
            {
                callback.Outcome = CallbackOutcome.Delivered;
                if (hook.StatusAt(state.Clock.Now) == "reactivated")
                    hook.SetStatus("active");
            }
            else if (callback.Attempts.Count > TriesAfter.Length)
            {
                callback.Outcome = CallbackOutcome.Failed;
                hook.SwitchOff(state.Clock.Now, Reactivation);
                Forget(hook);
            }
            else if (!state.Hooks.Contains(hook) || hook.StatusAt(state.Clock.Now) == "inactive")
            {
                callback.Outcome = CallbackOutcome.NeverSent;
            }
            else
            {
                hook.Waiting.Enqueue(callback, (callback.Attempts[0].At + TriesAfter[callback.Attempts.Count - 1], ++_order));
            }

            Signal();
        }
    }

    /// <summary>What waits for a hook that is inactive or gone is never sent.</summary>
    public static void Forget(EmulatedHook hook)
    {
        while (hook.Waiting.TryDequeue(out var callback, out _))
            callback.Outcome = CallbackOutcome.NeverSent;
    }

    /// <summary>Completes when nothing is due and nothing is on its way.</summary>
    public Task SettleAsync()
    {
        lock (state.Gate)
        {
            var settling = NewSignal();
            _settling.Add(settling);
            Signal();
            return settling.Task;
        }
    }

    /// <summary>Time was moved, or something was added or ended.</summary>
    public void Signal() => _changed.TrySetResult();

    public void Reset()
    {
        _changes.Clear();
        _heldBack.Clear();
        (Dropped, Reactivation) = (0, TimeSpan.FromDays(1));
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The region's servers make the calls, for hooks of their own region and of apps that may see the account.</summary>
    private static bool Hears(EmulatedHook hook, Change change) =>
        hook.System == change.System
        && hook.Region == change.Project.Account.Region
        && !hook.IsExpiredAt(change.At)
        && change.Project.Account.ProvisionedClientIds.Contains(hook.ClientId)
        && EventPattern.Fits(hook.Event, change.Event)
        && change.IsIn((JsonObject)hook.Fields["scope"]!)
        && CallbackFilter.Passes((string?)hook.Fields["filter"], change.Payload);

    private void Tell(EmulatedHook hook, Change change, DateTimeOffset at)
    {
        var callback = new Callback(hook, change);
        change.Callbacks.Add(callback);
        if (hook.StatusAt(at) == "inactive")
            callback.Outcome = CallbackOutcome.NeverSent;
        else if (!IsOnThisMachine(hook.CallbackUrl))
            callback.Outcome = CallbackOutcome.NotOnThisMachine;
        else
            Enqueue(hook, callback, at);
    }

    private static bool IsOnThisMachine(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url) && url.IsLoopback && (url.Scheme is "http" or "https");

    private void Enqueue(EmulatedHook hook, Callback callback, DateTimeOffset at)
    {
        var faults = state.Faults.TakeForCallback(callback.Change.Event, hook.ClientId);
        callback.LosesAnswer = faults.Any(fault => fault.Kind is Faults.FaultKind.LostCallbackAnswer);
        var reordered = faults.Any(fault => fault.Kind is Faults.FaultKind.ReorderCallback);
        hook.Waiting.Enqueue(callback, (reordered ? at + HeldBack : at, ++_order));
        if (faults.Any(fault => fault.Kind is Faults.FaultKind.DuplicateCallback))
        {
            var again = new Callback(hook, callback.Change);
            callback.Change.Callbacks.Add(again);
            hook.Waiting.Enqueue(again, (at, ++_order));
        }

        if (reordered)
        {
            _heldBack.Add((hook, callback));
            return;
        }

        // The one that was held back for this one follows it.
        foreach (var held in _heldBack.Where(held => held.Hook == hook).ToList())
        {
            if (hook.Waiting.Remove(held.Callback, out _, out _))
                hook.Waiting.Enqueue(held.Callback, (at, ++_order));
            _heldBack.Remove(held);
        }
    }
}
