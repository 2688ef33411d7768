using Microsoft.Extensions.Time.Testing;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Quotas;

/// <summary>The clock that tells QuotaLoadTests when everybody waits.</summary>
public sealed class CountingClockTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// QuotaLoadTests can stand still for ever otherwise: it moves the clock as soon as a wait is counted, a timer that is set after that
    /// is late by the step, and the moment to which the clock was moved is the one at which the test waits for it.
    /// </summary>
    [Fact]
    public void ClockThatMovesAsSoonAsAWaitIsCounted_IsNotAheadOfItsTimer()
    {
        var inner = new MovingClock();
        var clock = new CountingClock(inner);
        inner.BeforeTimer = () =>
        {
            if (clock.NextDue is { } due)
                inner.Advance(due - inner.GetUtcNow());
        };

        using var timer = clock.CreateTimer(static _ => { }, null, Delay, Timeout.InfiniteTimeSpan);

        Assert.Equal(inner.GetUtcNow() + Delay, clock.NextDue);
        inner.Advance(Delay);
        Assert.Equal(0, clock.Waits);
    }

    [Fact]
    public async Task Wait_IsCountedUntilItIsOver()
    {
        var inner = new FakeTimeProvider();
        var clock = new CountingClock(inner);

        var waiting = Task.Delay(Delay, clock, TestContext.Current.CancellationToken);
        Assert.Equal(1, clock.Waits);
        Assert.Equal(inner.GetUtcNow() + Delay, clock.NextDue);
        inner.Advance(Delay);
        await waiting;

        Assert.Equal(0, clock.Waits);
        Assert.Null(clock.NextDue);
    }

    [Fact]
    public void WaitThatIsDueAtOnce_OrGivenUp_IsNotCounted()
    {
        var clock = new CountingClock(new FakeTimeProvider());

        using var atOnce = clock.CreateTimer(static _ => { }, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        clock.CreateTimer(static _ => { }, null, Delay, Timeout.InfiniteTimeSpan).Dispose();

        Assert.Equal(0, clock.Waits);
    }

    private sealed class MovingClock : FakeTimeProvider
    {
        public Action? BeforeTimer { get; set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            BeforeTimer?.Invoke();
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
