namespace TenantHub.Quotas;

/// <summary>
/// Who is next when several accounts wait: start-time fair queueing. Every account has a virtual time that grows by 1/weight with each
/// permit; the account that is furthest behind is next. An account that was away starts at the present virtual time: it owes nothing and is
/// owed nothing, so it waits one round of the others at most.
/// </summary>
/// <remarks>
/// Round robin with deficits would forget an account's deficit whenever its queue runs empty, and with one call at a time it always does:
/// weights would have no effect (ADR 6). Nobody's place is found by walking the queue: ten thousand accounts may wait, and each asks for
/// its place when it comes. Not thread-safe: it belongs to one grain.
/// </remarks>
internal sealed class FairQueue<T>
    where T : class
{
    private static readonly Comparer<Turn> ByStart = Comparer<Turn>.Create(
        static (left, right) => left.Start != right.Start ? left.Start.CompareTo(right.Start) : left.Number.CompareTo(right.Number)
    );

    private readonly Dictionary<string, Flow> _flows = [];
    private readonly RankedSet<Turn> _turns = new(ByStart);
    private readonly RankedSet<Turn> _firsts = new(ByStart); // The first turn of each account that waits.
    private double _virtualTime;
    private long _numbers;

    public int Count => _turns.Count;

    public int AccountCount => _firsts.Count;

    /// <summary>Gets everybody who waits, the next one first.</summary>
    public IEnumerable<T> Waiters => _turns.Select(static turn => turn.Waiter);

    /// <summary>Gets the accounts that wait, the next one first, and how many will be served before the first call of each: one walk tells
    /// it of all.</summary>
    public IEnumerable<(string AccountId, int Weight, int Calls, int Before)> Accounts =>
        _turns
            .Select(static (turn, before) => (turn, before))
            .Where(static place => place.turn == place.turn.Flow.Turns[0])
            .Select(static place => (place.turn.Flow.AccountId, place.turn.Flow.Weight, place.turn.Flow.Turns.Count, place.before));

    /// <summary>Gets how many comparisons were made to find places.</summary>
    public long Steps => _turns.Steps + _firsts.Steps;

    public void Add(string accountId, int weight, T waiter)
    {
        if (!_flows.TryGetValue(accountId, out var flow))
            _flows[accountId] = flow = new Flow(accountId);
        var turn = new Turn(flow, Math.Max(_virtualTime, flow.Finish), _numbers++, waiter);
        (flow.Weight, flow.Finish) = (weight, turn.Start + 1.0 / weight);
        flow.Turns.Add(turn);
        _turns.Add(turn);
        if (flow.Turns.Count == 1)
            _firsts.Add(turn);
    }

    /// <summary>Takes the next one out; null when nobody waits.</summary>
    public T? Next()
    {
        if (_firsts.Min is not { } turn)
            return null;
        var flow = turn.Flow;
        _virtualTime = turn.Start;
        _turns.Remove(turn);
        _firsts.Remove(turn);
        flow.Turns.RemoveAt(0);
        if (flow.Turns.Count > 0)
            _firsts.Add(flow.Turns[0]);
        else if (_turns.Count == 0)
            _flows.Clear(); // Nobody contends, so nobody's past matters; this also keeps the memory small.
        return turn.Waiter;
    }

    /// <summary>Takes one out that no longer waits. It costs its account nothing: those behind it move up, and the last turn
    /// goes.</summary>
    public bool Remove(string accountId, T waiter)
    {
        if (!_flows.TryGetValue(accountId, out var flow) || flow.IndexOf(waiter) is not (>= 0 and var index))
            return false;
        for (; index < flow.Turns.Count - 1; index++)
            flow.Turns[index].Waiter = flow.Turns[index + 1].Waiter;
        var last = flow.Turns[^1];
        flow.Turns.RemoveAt(flow.Turns.Count - 1);
        flow.Finish = last.Start;
        _turns.Remove(last);
        if (flow.Turns.Count == 0)
            _firsts.Remove(last);
        if (_turns.Count == 0)
            _flows.Clear();
        return true;
    }

    /// <summary>How many will be served before this one if nobody else comes.</summary>
    public int CountBefore(string accountId, T waiter) =>
        _flows.TryGetValue(accountId, out var flow) && flow.IndexOf(waiter) is >= 0 and var index
            ? _turns.CountBefore(flow.Turns[index])
            : 0;

    /// <summary>How many accounts and calls will be served before an account's first call if nobody else comes; null when it does not
    /// wait.</summary>
    public (int Accounts, int Calls)? Before(string accountId) =>
        _flows.TryGetValue(accountId, out var flow) && flow.Turns.Count > 0
            ? (_firsts.CountBefore(flow.Turns[0]), _turns.CountBefore(flow.Turns[0]))
            : null;

    private sealed class Flow(string accountId)
    {
        public string AccountId => accountId;

        public int Weight { get; set; } = 1;

        public List<Turn> Turns { get; } = [];

        /// <summary>Gets or sets the virtual time at which its last turn ends.</summary>
        public double Finish { get; set; }

        public int IndexOf(T waiter)
        {
            var index = Turns.Count - 1;
            while (index >= 0 && !ReferenceEquals(Turns[index].Waiter, waiter))
                index--;
            return index;
        }
    }

    /// <summary>The right to be served at a virtual time; those of one account are 1/weight apart.</summary>
    private sealed class Turn(Flow flow, double start, long number, T waiter)
    {
        public Flow Flow => flow;

        public double Start => start;

        public long Number => number;

        public T Waiter { get; set; } = waiter;
    }
}
