using Microsoft.Extensions.Time.Testing;

namespace TenantHub.Testing;

/// <summary>A clock of a cluster that stands still until a test moves it, but for the case in which nobody could move it any
/// more.</summary>
/// <remarks>
/// Orleans waits for a reminder by asking the clock again and again whether its moment has come, with a Task.Delay between, and a delay of
/// less than a millisecond is none. When the clock stands within the last millisecond before the moment this loop never ends; and it runs
/// on the very thread that has just moved the clock, inside <see cref="FakeTimeProvider.Advance"/>. So a clock that one thread asks without
/// end goes on by a millisecond.
/// </remarks>
public sealed class StandingClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private const int Endless = 100_000;

    [ThreadStatic]
    private static (long Ticks, int Asked) _thread;

    public override DateTimeOffset GetUtcNow()
    {
        var now = base.GetUtcNow();
        _thread = _thread.Ticks == now.Ticks ? (now.Ticks, _thread.Asked + 1) : (now.Ticks, 1);
        if (_thread.Asked < Endless)
            return now;
        _thread = default;
        Advance(TimeSpan.FromMilliseconds(1));
        return base.GetUtcNow();
    }
}
