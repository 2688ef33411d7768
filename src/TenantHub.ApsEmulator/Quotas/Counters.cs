namespace TenantHub.ApsEmulator.Quotas;

/// <summary>No window of the given length ever holds more than the limit.</summary>
internal sealed class SlidingLogCounter(int limit, TimeSpan window) : IQuotaCounter
{
    private readonly Queue<DateTimeOffset> _log = new();

    public bool TryCount(DateTimeOffset now)
    {
        while (_log.Count > 0 && _log.Peek() + window <= now)
            _log.Dequeue();
        if (_log.Count >= limit)
            return false;
        _log.Enqueue(now);
        return true;
    }

    public TimeSpan Wait(DateTimeOffset now) => _log.Count == 0 ? window : _log.Peek() + window - now;
}

/// <summary>The count starts anew at every full window of the clock.</summary>
internal sealed class FixedWindowCounter(int limit, TimeSpan window) : IQuotaCounter
{
    private long _window = -1;
    private int _count;

    public bool TryCount(DateTimeOffset now)
    {
        var current = now.Ticks / window.Ticks;
        if (current != _window)
            (_window, _count) = (current, 0);
        if (_count >= limit)
            return false;
        _count++;
        return true;
    }

    public TimeSpan Wait(DateTimeOffset now) => TimeSpan.FromTicks(window.Ticks - now.Ticks % window.Ticks);
}

/// <summary>A bucket of the limit's size that fills evenly.</summary>
internal sealed class TokenBucketCounter(int limit, TimeSpan window, DateTimeOffset start) : IQuotaCounter
{
    private double _level = limit;
    private DateTimeOffset _last = start;

    public bool TryCount(DateTimeOffset now)
    {
        _level = Math.Min(limit, _level + (now - _last) / window * limit);
        _last = now;
        if (_level < 1)
            return false;
        _level--;
        return true;
    }

    public TimeSpan Wait(DateTimeOffset now) => window * ((1 - _level) / limit);
}
