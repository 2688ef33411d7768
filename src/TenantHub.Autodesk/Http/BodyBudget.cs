namespace TenantHub.Autodesk.Http;

/// <summary>
/// The bytes of Autodesk's large answers that this server holds at once. An answer for which there is no room waits, in the order in which
/// they came; small ones, which nearly all are, are not counted.
/// </summary>
/// <param name="limit">How many bytes may be held.</param>
/// <param name="clock">The clock.</param>
public sealed class BodyBudget(long limit, TimeProvider clock)
{
    /// <summary>What is no larger than this is not counted.</summary>
    public const int Small = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private long _held;
    private long _passed;

    /// <summary>Gets how many bytes are held now.</summary>
    public long Held => Volatile.Read(ref _held);

    /// <summary>Gets how many bytes have been held since the start.</summary>
    public long Passed => Volatile.Read(ref _passed);

    /// <summary>Makes room for one answer, of a size that is not known yet.</summary>
    /// <param name="patience">How long it may wait.</param>
    public BodyRoom Open(TimeSpan patience) => new(this, patience);

    /// <summary>Counts what is here already, whether or not there is room for it.</summary>
    /// <param name="bytes">Its size.</param>
    public BodyRoom Hold(long bytes)
    {
        var room = Open(TimeSpan.Zero);
        if (bytes > Small)
            room.Count(bytes);
        return room;
    }

    internal void Add(long bytes)
    {
        lock (_lock)
            Have(bytes);
    }

    /// <summary>Waits for room; what is larger than everything waits until nothing else is held.</summary>
    internal async ValueTask<bool> TakeAsync(long bytes, TimeSpan patience, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> node;
        lock (_lock)
        {
            if (_waiting.Count == 0 && Fits(bytes))
            {
                Have(bytes);
                return true;
            }

            node = _waiting.AddLast(new Waiter(bytes));
        }

        await node.Value.Served.Task.WaitAsync(patience, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            if (node.List is null)
                return true; // Served, perhaps in the last moment.
            _waiting.Remove(node);
            Serve(); // Those behind it may be smaller.
        }

        cancellationToken.ThrowIfCancellationRequested();
        return false;
    }

    internal void Return(long bytes)
    {
        lock (_lock)
        {
            _held -= bytes;
            Serve();
        }
    }

    private void Have(long bytes)
    {
        _held += bytes;
        _passed += bytes;
    }

    private bool Fits(long bytes) => _held + bytes <= limit || _held <= 0;

    private void Serve()
    {
        while (_waiting.First is { } first && Fits(first.Value.Bytes))
        {
            _waiting.RemoveFirst();
            Have(first.Value.Bytes);
            first.Value.Served.SetResult();
        }
    }

    private sealed record Waiter(long Bytes)
    {
        public TaskCompletionSource Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>The room that one answer takes; disposing it gives the room to others.</summary>
public sealed class BodyRoom : IDisposable
{
    private readonly BodyBudget _budget;
    private readonly TimeSpan _patience;
    private long _bytes;

    internal BodyRoom(BodyBudget budget, TimeSpan patience) => (_budget, _patience) = (budget, patience);

    /// <summary>Gets whether it takes any.</summary>
    public bool IsTaken => _bytes > 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _bytes, 0) is var bytes and > 0)
            _budget.Return(bytes);
    }

    internal void Count(long bytes)
    {
        _budget.Add(bytes);
        _bytes += bytes;
    }

    /// <summary>Takes room once; false when there was none in time.</summary>
    internal async ValueTask<bool> TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        if (_bytes > 0)
            return true;
        if (!await _budget.TakeAsync(bytes, _patience, cancellationToken).ConfigureAwait(false))
            return false;
        _bytes = bytes;
        return true;
    }

    /// <summary>Gives back what turned out not to be needed.</summary>
    internal void ShrinkTo(long bytes)
    {
        if (_bytes <= bytes)
            return;
        _budget.Return(_bytes - bytes);
        _bytes = bytes;
    }
}
