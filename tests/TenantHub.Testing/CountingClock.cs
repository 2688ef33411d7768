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
            lock (_gate)
                return _waits.Count;
        }
    }

    /// <summary>Gets when the next wait is over; null when nobody waits.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_gate)
                return _waits.Count == 0 ? null : _waits.Min.Due;
        }
    }

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    public override long GetTimestamp() => inner.GetTimestamp();

    /// <summary>
    /// A wait is counted once its timer is set, and not before: whoever moves the clock when all wait would move it in between, and the
    /// timer, set from the later time on, would be late for the moment that <see cref="NextDue"/> names.
    /// </summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var wait = new Wait(this);
        wait.Timer = inner.CreateTimer(
            given =>
            {
                wait.End();
                callback(given);
            },
            state,
            dueTime,
            period
        );
        wait.Begin(inner.GetUtcNow() + dueTime);
        return wait;
    }

    private sealed class Wait(CountingClock clock) : ITimer
    {
        private (DateTimeOffset, int)? _counted;
        private bool _isOver;

        public ITimer Timer { get; set; } = null!;

        public void Begin(DateTimeOffset due)
        {
            lock (clock._gate)
            {
                if (_isOver)
                    return; // It was due at once.
                _counted = (due, ++clock._numbers);
                clock._waits.Add(_counted.Value);
            }
        }

        public void End()
        {
            lock (clock._gate)
            {
                _isOver = true;
                if (_counted is { } counted)
                    clock._waits.Remove(counted);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => Timer.Change(dueTime, period);

        public void Dispose()
        {
            End();
            Timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            End();
            return Timer.DisposeAsync();
        }
    }
}
