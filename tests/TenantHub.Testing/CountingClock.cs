namespace TenantHub.Testing;

/// <summary>Another clock, and the waits on it that are not over: what stands still until that clock moves.</summary>
public sealed class CountingClock(TimeProvider inner) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedSet<(DateTimeOffset Due, int Number)> _waits = [];
    private int _numbers;

    /// <summary>Gets how many waits are not over.</summary>
    public int Waits
    {
        get
        {
            lock (_gate) return _waits.Count;
        }
    }

    /// <summary>Gets when the next wait is over; null when nobody waits.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_gate) return _waits.Count == 0 ? null : _waits.Min.Due;
        }
    }

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var wait = (inner.GetUtcNow() + dueTime, Interlocked.Increment(ref _numbers));
        lock (_gate) _waits.Add(wait);
        return new Wait(this, wait, inner.CreateTimer(
            given =>
            {
                End(wait);
                callback(given);
            },
            state, dueTime, period));
    }

    private void End((DateTimeOffset, int) wait)
    {
        lock (_gate) _waits.Remove(wait);
    }

    private sealed class Wait(CountingClock clock, (DateTimeOffset, int) wait, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            clock.End(wait);
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            clock.End(wait);
            return timer.DisposeAsync();
        }
    }
}
