namespace TenantHub.ApsEmulator.Journal;

/// <summary>Every request outside the control API, oldest first; the oldest are dropped when there are too many, and counted.</summary>
internal sealed class RequestJournal
{
    private const int Capacity = 100_000;

    private readonly Lock _gate = new();
    private readonly Queue<JournalEntry> _entries = new();
    private long _lastSeq;
    private long _dropped;
    private int _inFlight;

    /// <summary>Gets or sets whether bodies are kept; load tests switch it off.</summary>
    public bool KeepsBodies { get; set; } = true;

    public long Dropped => Interlocked.Read(ref _dropped);

    public void Begin(JournalEntry entry) => entry.Concurrent = Interlocked.Increment(ref _inFlight) - 1;

    public void End(JournalEntry entry)
    {
        Interlocked.Decrement(ref _inFlight);
        lock (_gate)
        {
            entry.Seq = ++_lastSeq;
            if (_entries.Count == Capacity)
            {
                _entries.Dequeue();
                _dropped++;
            }

            _entries.Enqueue(entry);
        }
    }

    public IReadOnlyList<JournalEntry> Read(long since, string? clientId, string? pathPrefix)
    {
        lock (_gate)
        {
            return
            [
                .. _entries.Where(entry =>
                    entry.Seq > since
                    && (clientId is null || entry.ClientId == clientId)
                    && (pathPrefix is null || entry.Path.StartsWith(pathPrefix, StringComparison.Ordinal))
                ),
            ];
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
            _dropped = 0;
        }
    }
}
