using TenantHub.Accounts;
using TenantHub.Errors;

namespace TenantHub.Actions;

/// <summary>
/// The queue in which one account's calls are serialized: one call holds the place, a bounded number wait, first come first served.
/// </summary>
/// <remarks>
/// Not thread-safe on purpose: every member runs on the scheduler of the grain that owns the lane. Time-outs and cancellations, which
/// come from other threads, only complete a task; the waiter itself, back on the grain's scheduler, takes itself out of the queue.
/// Invariant: at every moment at most one <see cref="Entry"/> is running, and entries start in the order in which they came.
/// </remarks>
internal sealed class Lane(int capacity, TimeProvider clock)
{
    private static readonly TimeSpan AssumedCallTime = TimeSpan.FromMilliseconds(500);

    private readonly LinkedList<Entry> _waiting = new();
    private Entry? _running;
    private TimeSpan _typicalCallTime = AssumedCallTime;

    /// <summary>Waits for the place; ask <see cref="Entry.Refusal"/> whether it was given, and dispose the entry in any case.</summary>
    /// <exception cref="OperationCanceledException">The caller went away; its place is free again.</exception>
    public async ValueTask<Entry> EnterAsync(string actionId, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var entry = new Entry(this, actionId, clock.GetUtcNow(), clock.GetTimestamp());
        if (_running is null)
        {
            Start(entry);
            return entry;
        }

        if (_waiting.Count >= capacity) return entry.Refuse(Full());

        var node = _waiting.AddLast(entry);
        await entry.Started.WaitAsync(maxWait, clock, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);

        // The place may have been given in the same moment in which the wait ended. Then it is ours, and is used or handed on.
        if (entry != _running)
        {
            _waiting.Remove(node);
            cancellationToken.ThrowIfCancellationRequested();
            return entry.Refuse(TooLate(maxWait));
        }

        if (cancellationToken.IsCancellationRequested)
        {
            entry.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
        }

        return entry;
    }

    /// <summary>Describes the running call and the waiting ones.</summary>
    public LaneDescription Describe() =>
        new(capacity, _running?.Describe(), [.. _waiting.Select(entry => entry.Describe())]);

    private void Start(Entry entry)
    {
        _running = entry;
        entry.MarkStarted(clock.GetUtcNow(), clock.GetTimestamp());
    }

    private void Leave(Entry entry)
    {
        if (_running != entry) return;
        _typicalCallTime = (_typicalCallTime * 7 + clock.GetElapsedTime(entry.StartedTimestamp)) / 8;
        _running = null;
        if (_waiting.First is not { } next) return;
        _waiting.RemoveFirst();
        Start(next.Value);
    }

    private TimeSpan ExpectedWait() => _typicalCallTime * (_waiting.Count + 1);

    private HubError Full() => new(
        ErrorCode.LaneFull, ErrorSource.Hub, $"{_waiting.Count} calls of this account are waiting already, which is as many as may wait.")
    {
        NextStep = "Send fewer calls at once for this account, or try again after Retry-After.",
        RetryAfter = ExpectedWait(),
    };

    private HubError TooLate(TimeSpan maxWait) => new(
        ErrorCode.DeadlineExceeded, ErrorSource.Hub, $"The call could not start within {maxWait.TotalSeconds:0.#} s: others of the same account were before it. Nothing was sent.")
    {
        NextStep = "Try again after Retry-After, or allow a longer wait with the header Prefer: wait=<seconds>.",
        RetryAfter = ExpectedWait(),
    };

    /// <summary>A call's place in the lane. Disposing it lets the next call start.</summary>
    internal sealed class Entry(Lane lane, string actionId, DateTimeOffset cameAt, long cameTimestamp) : IDisposable
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private DateTimeOffset? _startedAt;

        /// <summary>Gets why the call may not start; null when it holds the place.</summary>
        public HubError? Refusal { get; private set; }

        /// <summary>Gets how long the call waited for its place.</summary>
        public TimeSpan Waited { get; private set; }

        internal Task Started => _started.Task;

        internal long StartedTimestamp { get; private set; }

        public void Dispose() => lane.Leave(this);

        internal Entry Refuse(HubError refusal)
        {
            Refusal = refusal;
            return this;
        }

        internal void MarkStarted(DateTimeOffset at, long timestamp)
        {
            _startedAt = at;
            StartedTimestamp = timestamp;
            Waited = lane.ElapsedBetween(cameTimestamp, timestamp);
            _started.TrySetResult();
        }

        internal LaneEntryDescription Describe() => new(actionId, _startedAt ?? cameAt);
    }

    private TimeSpan ElapsedBetween(long from, long to) => clock.GetElapsedTime(from, to);
}
