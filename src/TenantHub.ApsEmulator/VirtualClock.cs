namespace TenantHub.ApsEmulator;

/// <summary>The emulator's time: the real one plus whatever the control API has added. Tokens, signed URLs, quotas and asynchronous work
/// follow it.</summary>
internal sealed class VirtualClock(TimeProvider inner)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1); // A timer takes 49 days at most.

    private long _offsetTicks;

    public DateTimeOffset Now => inner.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offsetTicks));

    /// <summary>Gets real microseconds that only grow; for the order and the overlap of requests.</summary>
    public long Microseconds => inner.GetTimestamp() * 1_000_000L / inner.TimestampFrequency;

    /// <summary>Waits for time to pass on the clock behind this one: jumps of the control API do not shorten it.</summary>
    public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken) => Task.Delay(time, inner, cancellationToken);

    /// <summary>Waits for a signal, or until a virtual instant has come; whoever moves the time gives the signal.</summary>
    public async Task WaitAsync(Task signal, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        var wait = until is { } at ? TimeSpan.FromTicks(Math.Clamp((at - Now).Ticks, 0, LongestDelay.Ticks)) : Timeout.InfiniteTimeSpan;
        try
        {
            await signal.WaitAsync(wait, inner, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The instant has come.
        }
    }

    public void Advance(TimeSpan by) => Interlocked.Add(ref _offsetTicks, by.Ticks);

    public void Reset() => Interlocked.Exchange(ref _offsetTicks, 0);
}
