namespace TenantHub.Quotas;

/// <summary>
/// The requests that were answered within the last window. A request counts until one window after its ANSWER: Autodesk counted it no
/// later than that, so whichever way Autodesk counts (fixed window, sliding log, token bucket), it never sees more than the limit (ADR 6).
/// </summary>
/// <remarks>Times are spans since any fixed moment and never go back. Answers that come close together share one entry, dated by the
/// last.</remarks>
internal sealed class CompletionLog(TimeSpan window)
{
    private const int EntriesPerWindow = 240;

    private readonly Queue<Entry> _older = new();
    private Entry _newest;

    /// <summary>Gets how many are in the log; <see cref="Forget"/> first.</summary>
    public int Count { get; private set; }

    public void Add(TimeSpan answeredAt, int requests = 1)
    {
        if (_newest.Requests > 0 && answeredAt - _newest.First <= window / EntriesPerWindow)
        {
            _newest = _newest with { Last = answeredAt, Requests = _newest.Requests + requests };
        }
        else
        {
            if (_newest.Requests > 0)
                _older.Enqueue(_newest);
            _newest = new Entry(answeredAt, answeredAt, requests);
        }

        Count += requests;
    }

    /// <summary>Drops what is older than one window.</summary>
    public void Forget(TimeSpan now)
    {
        while (_older.TryPeek(out var oldest) && oldest.Last + window <= now)
        {
            _older.Dequeue();
            Count -= oldest.Requests;
        }

        if (_older.Count > 0 || _newest.Requests == 0 || _newest.Last + window > now)
            return;
        Count -= _newest.Requests;
        _newest = default;
    }

    /// <summary>Tells when so many of the requests will no longer count; null when there are not so many.</summary>
    public TimeSpan? WhenFree(int requests)
    {
        foreach (var entry in _older)
        {
            requests -= entry.Requests;
            if (requests <= 0)
                return entry.Last + window;
        }

        return requests <= _newest.Requests && _newest.Requests > 0 ? _newest.Last + window : null;
    }

    private readonly record struct Entry(TimeSpan First, TimeSpan Last, int Requests);
}
