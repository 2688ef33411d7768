namespace TenantHub.Quotas;

/// <summary>
/// Who is next when several accounts wait: start-time fair queueing. Every account has a virtual time that grows by 1/weight with each
/// permit; the account that is furthest behind is next. An account that was away starts at the present virtual time: it owes nothing and is
/// owed nothing, so it waits one round of the others at most.
/// </summary>
/// <remarks>
/// Round robin with deficits would forget an account's deficit whenever its queue runs empty, and with one call at a time it always does:
/// weights would have no effect (ADR 6). Not thread-safe: it belongs to one grain.
/// </remarks>
internal sealed class FairQueue<T>
    where T : class
{
    private readonly Dictionary<string, Flow> _flows = [];
    private readonly SortedSet<Flow> _order = new(Comparer<Flow>.Create(static (left, right) =>
        left.Start != right.Start ? left.Start.CompareTo(right.Start) : left.Turn.CompareTo(right.Turn)));

    private double _virtualTime;
    private long _turns;

    public int Count { get; private set; }

    /// <summary>Gets the accounts that wait, the next one first.</summary>
    public IEnumerable<(string AccountId, int Weight, IReadOnlyCollection<T> Waiting)> Accounts =>
        _order.Select(flow => (flow.AccountId, flow.Weight, (IReadOnlyCollection<T>)flow.Waiting));

    public void Add(string accountId, int weight, T waiter)
    {
        if (!_flows.TryGetValue(accountId, out var flow)) _flows[accountId] = flow = new Flow(accountId);
        flow.Weight = weight;
        flow.Waiting.AddLast(waiter);
        Count++;
        if (flow.Waiting.Count == 1) Line(flow, Math.Max(_virtualTime, flow.Finish));
    }

    /// <summary>Takes the next one out; null when nobody waits.</summary>
    public T? Next()
    {
        if (_order.Min is not { } flow) return null;
        _order.Remove(flow);
        var waiter = flow.Waiting.First!.Value;
        flow.Waiting.RemoveFirst();
        Count--;
        _virtualTime = flow.Start;
        flow.Finish = flow.Start + 1.0 / flow.Weight;
        if (flow.Waiting.Count > 0) Line(flow, flow.Finish);
        else if (Count == 0) _flows.Clear(); // Nobody contends, so nobody's past matters; this also keeps the memory small.
        return waiter;
    }

    /// <summary>Takes one out that no longer waits; it costs its account nothing.</summary>
    public bool Remove(string accountId, T waiter)
    {
        if (!_flows.TryGetValue(accountId, out var flow) || !flow.Waiting.Remove(waiter)) return false;
        Count--;
        if (flow.Waiting.Count == 0) _order.Remove(flow);
        if (Count == 0) _flows.Clear();
        return true;
    }

    /// <summary>How many will be served before this one if nobody else comes.</summary>
    public int CountBefore(string accountId, T waiter)
    {
        if (!_flows.TryGetValue(accountId, out var own)) return 0;
        var before = 0;
        foreach (var other in own.Waiting)
        {
            if (ReferenceEquals(other, waiter)) break;
            before++;
        }

        var start = own.Start + (double)before / own.Weight;
        foreach (var flow in _order)
        {
            if (flow.Start > start) break;
            if (flow != own) before += Math.Min(flow.Waiting.Count, (int)Math.Floor((start - flow.Start) * flow.Weight) + 1);
        }

        return before;
    }

    private void Line(Flow flow, double start)
    {
        (flow.Start, flow.Turn) = (start, _turns++);
        _order.Add(flow);
    }

    private sealed class Flow(string accountId)
    {
        public string AccountId => accountId;

        public int Weight { get; set; } = 1;

        public LinkedList<T> Waiting { get; } = new();

        /// <summary>Gets or sets the virtual time of its next permit; changed only while it is not in the order.</summary>
        public double Start { get; set; }

        public double Finish { get; set; }

        public long Turn { get; set; }
    }
}
