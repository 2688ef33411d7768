using TenantHub.Accounts;
using TenantHub.Autodesk.Catalog;
using TenantHub.Calls;
using TenantHub.Errors;

namespace TenantHub.Actions;

/// <summary>
/// The queue in which one account's calls are serialized. A write runs alone; reads run one at a time too, unless
/// <see cref="ParallelReads"/> lets more of them share the place. Within a priority calls start in the order in which they came;
/// interactive calls go before bulk ones, but never more than <see cref="InteractiveInARow"/> of them while a bulk call waits.
/// </summary>
/// <remarks>
/// Not thread-safe on purpose: every member runs on the scheduler of the grain that owns the lane. Time-outs and cancellations, which
/// come from other threads, only complete a task; the waiter itself, back on the grain's scheduler, takes itself out of the queue.
/// Invariant: when a write runs, nothing else runs; the writes of one priority start in the order in which they came.
/// </remarks>
internal sealed class Lane(int capacity, TimeProvider clock, CancellationToken draining = default)
{
    /// <summary>How many interactive calls may start one after the other while a bulk call waits.</summary>
    public const int InteractiveInARow = 4;

    private const int CallsToKnow = 8;
    private static readonly TimeSpan AssumedCallTime = TimeSpan.FromMilliseconds(500);

    private readonly LinkedList<Entry> _interactive = new();
    private readonly LinkedList<Entry> _bulk = new();
    private readonly List<Entry> _running = [];
    private TimeSpan _typicalCallTime = AssumedCallTime;
    private int _finished;
    private int _interactiveInARow;

    /// <summary>Gets or sets how many reads may run at once.</summary>
    public int ParallelReads
    {
        get;
        set
        {
            field = value;
            StartNext();
        }
    } = 1;

    /// <summary>Gets why the lane was closed; null while it is open.</summary>
    public ServiceError? ClosedBy { get; private set; }

    /// <summary>Gets how many calls run or wait.</summary>
    public int Count => _running.Count + _interactive.Count + _bulk.Count;

    /// <summary>Waits for a place; ask <see cref="Entry.Refusal"/> whether it was given, and dispose the entry in any case.</summary>
    /// <exception cref="OperationCanceledException">The caller went away; its place is free again.</exception>
    public async ValueTask<Entry> EnterAsync(LaneCall call, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var queue = call.Priority is CallPriority.Interactive ? _interactive : _bulk;
        var entry = new Entry(this, call, clock.GetUtcNow(), clock.GetTimestamp(), maxWait, cancellationToken);
        if (ClosedBy is { } reason)
            return entry.Refuse(reason);
        if (draining.IsCancellationRequested)
            return entry.Refuse(Stopping());
        if (Count == _running.Count && MayStart(call))
        {
            Start(entry);
            return entry;
        }

        if (queue.Count >= capacity)
            return entry.Refuse(Full(queue.Count, ExpectedWait(queue.Count)));
        var node = queue.AddLast(entry);
        StartNext(); // An interactive read may join reads that run although a bulk write waits.
        if (entry.HasStarted)
            return entry;
        if (_finished >= CallsToKnow && ExpectedWait(CountBefore(entry)) is var expected && expected > maxWait)
        {
            queue.Remove(node);
            return entry.Refuse(TooLate(maxWait, expected));
        }

        using (var given = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, draining))
        {
            await entry
                .Started.WaitAsync(maxWait, clock, given.Token)
                .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        }

        if (entry.Refusal is not null)
            return entry; // The lane was closed.

        // The place may have been given in the same moment in which the wait ended. Then it is ours, and is used or handed on.
        if (!entry.HasStarted)
        {
            expected = ExpectedWait(CountBefore(entry));
            if (node.List is not null)
                queue.Remove(node);
            StartNext(); // Whoever was held up by this one may go now.
            cancellationToken.ThrowIfCancellationRequested();
            return entry.Refuse(draining.IsCancellationRequested ? Stopping() : TooLate(maxWait, expected));
        }

        if (cancellationToken.IsCancellationRequested)
        {
            entry.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
        }

        return entry;
    }

    /// <summary>Refuses everybody who waits, and everybody who comes. What runs is told by <see cref="ClosedBy"/>.</summary>
    public void Close(ServiceError reason)
    {
        ClosedBy = reason;
        var waiting = InOrder().ToList();
        _interactive.Clear();
        _bulk.Clear();
        waiting.ForEach(entry => entry.Refuse(reason).Wake());
    }

    /// <summary>The refusal of a silo that is about to stop.</summary>
    public static ServiceError Stopping() =>
        new(ErrorCode.HubUnavailable, ErrorSource.Hub, "This server is stopping. Nothing was sent.")
        {
            NextStep = "Send the call again: another server takes it over.",
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    /// <summary>Describes the running calls and the waiting ones, in the order in which they will run.</summary>
    public LaneDescription Describe()
    {
        var now = clock.GetUtcNow();
        return new(
            capacity,
            ParallelReads,
            [.. _running.Select(entry => entry.Describe(0, null))],
            [.. InOrder().Select((entry, before) => entry.Describe(before + 1, now + ExpectedWait(before)))]
        );
    }

    /// <summary>Tells how long a new interactive call would wait.</summary>
    public TimeSpan ExpectedWait() => Count == 0 ? TimeSpan.Zero : ExpectedWait(_interactive.Count);

    /// <summary>Who waits, in the order in which they will start when nobody else comes.</summary>
    private IEnumerable<Entry> InOrder()
    {
        var (interactive, bulk, inARow) = (_interactive.First, _bulk.First, _interactiveInARow);
        while (interactive is not null || bulk is not null)
        {
            if (bulk is null || (interactive is not null && inARow < InteractiveInARow))
            {
                yield return interactive!.Value;
                interactive = interactive.Next;
                inARow++;
            }
            else
            {
                yield return bulk.Value;
                bulk = bulk.Next;
                inARow = 0;
            }
        }
    }

    private int CountBefore(Entry entry) => InOrder().TakeWhile(other => other != entry).Count();

    private void StartNext()
    {
        while (_interactive.Count + _bulk.Count > 0)
        {
            DropGone(_interactive);
            DropGone(_bulk);
            if (InOrder().FirstOrDefault() is not { } next || !MayStart(next.Call))
                return;
            if (next.Call.Priority is CallPriority.Interactive)
            {
                _interactive.RemoveFirst();
                _interactiveInARow = _bulk.Count == 0 ? 0 : _interactiveInARow + 1;
            }
            else
            {
                _bulk.RemoveFirst();
                _interactiveInARow = 0;
            }

            Start(next);
        }
    }

    /// <summary>Several can give up in the same moment, and the first of them gets here before the others have taken themselves
    /// out.</summary>
    private static void DropGone(LinkedList<Entry> queue)
    {
        while (queue.First is { Value.IsGone: true })
            queue.RemoveFirst();
    }

    private bool MayStart(LaneCall call) =>
        _running.Count == 0 || (!call.IsWrite && _running.Count < ParallelReads && !_running[0].Call.IsWrite);

    private void Start(Entry entry)
    {
        _running.Add(entry);
        entry.MarkStarted(clock.GetUtcNow(), clock.GetTimestamp());
    }

    private void Leave(Entry entry)
    {
        if (!_running.Remove(entry))
            return;
        _typicalCallTime = (_typicalCallTime * 7 + clock.GetElapsedTime(entry.StartedTimestamp)) / 8;
        if (_finished < CallsToKnow)
            _finished++;
        StartNext();
    }

    /// <summary>The rest of the running call, and the calls before.</summary>
    private TimeSpan ExpectedWait(int before)
    {
        var rest = _running.Count == 0 ? TimeSpan.Zero : _typicalCallTime - clock.GetElapsedTime(_running[0].StartedTimestamp);
        return (rest > TimeSpan.Zero ? rest : TimeSpan.Zero) + _typicalCallTime * before;
    }

    private static ServiceError Full(int waiting, TimeSpan expected) =>
        new(ErrorCode.LaneFull, ErrorSource.Hub, $"{waiting} calls of this account are waiting already, which is as many as may wait.")
        {
            NextStep = "Send fewer calls at once for this account, or try again after Retry-After.",
            RetryAfter = expected,
        };

    private static ServiceError TooLate(TimeSpan maxWait, TimeSpan expected) =>
        new(
            ErrorCode.DeadlineExceeded,
            ErrorSource.Hub,
            $"The call cannot start within {maxWait.TotalSeconds:0.#} s: others of the same account are before it. Nothing was sent."
        )
        {
            NextStep = "Try again after Retry-After, or allow a longer wait with the header Prefer: wait=<seconds>.",
            RetryAfter = expected,
        };

    /// <summary>A call's place in the lane. Disposing it lets the next call start.</summary>
    internal sealed class Entry(
        Lane lane,
        LaneCall call,
        DateTimeOffset cameAt,
        long cameTimestamp,
        TimeSpan maxWait,
        CancellationToken cancellationToken
    ) : IDisposable
    {
        private TaskCompletionSource? _started; // Most calls need not wait.
        private DateTimeOffset? _startedAt;

        public LaneCall Call => call;

        /// <summary>Gets or sets what the call does now that it runs.</summary>
        public CallPhase Phase { get; set; }

        /// <summary>Gets or sets what keeps the call's steps; null for what is not an action call.</summary>
        public CallRecorder? Recorder { get; set; }

        /// <summary>Gets why the call may not start; null when it holds a place.</summary>
        public ServiceError? Refusal { get; private set; }

        /// <summary>Gets how long the call waited for its place.</summary>
        public TimeSpan Waited { get; private set; }

        public bool HasStarted => _startedAt is not null;

        /// <summary>Gets whether the call has given up: its time is over, its caller has gone away, or the silo is about to stop.</summary>
        internal bool IsGone => cancellationToken.IsCancellationRequested || lane.IsDraining || lane.Elapsed(cameTimestamp) > maxWait;

        internal Task Started => (_started ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        internal long StartedTimestamp { get; private set; }

        public void Dispose() => lane.Leave(this);

        internal Entry Refuse(ServiceError refusal)
        {
            Refusal = refusal;
            return this;
        }

        internal void Wake() => _started?.TrySetResult();

        internal void MarkStarted(DateTimeOffset at, long timestamp)
        {
            _startedAt = at;
            StartedTimestamp = timestamp;
            Waited = lane.Elapsed(cameTimestamp);
            Phase = CallPhase.Preparing;
            _started?.TrySetResult();
        }

        internal LaneEntryDescription Describe(int position, DateTimeOffset? expectedStart) =>
            new(call.Name, call.Priority, Phase, _startedAt ?? cameAt, position, expectedStart);
    }

    private bool IsDraining => draining.IsCancellationRequested;

    private TimeSpan Elapsed(long from) => clock.GetElapsedTime(from);
}

/// <summary>What enters a lane.</summary>
/// <param name="Name">The action, or what else is done.</param>
/// <param name="IsWrite">Whether it must run alone.</param>
/// <param name="Priority">Its priority.</param>
internal readonly record struct LaneCall(string Name, bool IsWrite = true, CallPriority Priority = CallPriority.Interactive)
{
    public static LaneCall Of(ActionDefinition action, ActionRequest request) =>
        new(action.Id, action.Safety is not ActionSafety.Read, request.Priority);
}
