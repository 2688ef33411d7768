namespace TenantHub.ApsEmulator.Faults;

/// <summary>The faults in force, in the order in which they were added; all that match a request apply.</summary>
internal sealed class FaultList
{
    private readonly Lock _gate = new();
    private readonly List<Fault> _faults = [];

    public void Add(Fault fault)
    {
        lock (_gate)
            _faults.Add(fault);
    }

    /// <summary>Lifts the faults of a client id; all when none is named.</summary>
    public void Clear(string? clientId = null)
    {
        lock (_gate)
            _faults.RemoveAll(fault => clientId is null || fault.ClientId == clientId);
    }

    public int Count
    {
        get
        {
            lock (_gate)
                return _faults.Count;
        }
    }

    public IReadOnlyList<Fault> Take(string method, string path, string? clientId) => Take(fault => fault.Matches(method, path, clientId));

    public IReadOnlyList<Fault> TakeForCallback(string eventName, string clientId) =>
        Take(fault => fault.MatchesCallback(eventName, clientId));

    private List<Fault> Take(Func<Fault, bool> matches)
    {
        lock (_gate)
        {
            if (_faults.Count == 0)
                return [];
            var hit = new List<Fault>();
            foreach (var fault in _faults.Where(fault => fault.Times is null or > 0 && matches(fault)))
            {
                if (fault.Skip > 0)
                {
                    fault.Skip--;
                    continue;
                }

#pragma warning disable CA5394 // A fault's luck is no secret.
                if (fault.Probability < 1 && Random.Shared.NextDouble() >= fault.Probability)
                    continue;
#pragma warning restore CA5394
                if (fault.Times is not null)
                    fault.Times--;
                hit.Add(fault);
            }

            return hit;
        }
    }
}
