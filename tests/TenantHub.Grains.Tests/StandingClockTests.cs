using TenantHub.Testing;
using Xunit;

namespace TenantHub;

public sealed class StandingClockTests
{
    /// <summary>As Orleans waits for a reminder. With a clock that only stands this test would never come to its end.</summary>
    [Fact]
    public void WaitThatAsksWithoutEnd_EndsAllTheSame()
    {
        var clock = new StandingClock(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        var due = clock.GetUtcNow() + TimeSpan.FromMilliseconds(100.4);
        var waiting = WaitAsync();

        clock.Advance(TimeSpan.FromMilliseconds(100)); // 0.4 ms before the moment: a delay that short is none.

        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.Equal(due + TimeSpan.FromMilliseconds(0.6), clock.GetUtcNow());

        async Task WaitAsync()
        {
            while (due - clock.GetUtcNow() is { Ticks: > 0 } left)
                await Task.Delay(left, clock, TestContext.Current.CancellationToken);
        }
    }
}
