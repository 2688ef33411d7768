using Xunit;

namespace TenantHub.Quotas;

public sealed class PauseTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Pause _pause = new(Longest);

    [Fact]
    public void PauseBelowTheLongest_LastsExactlyAsAsked_AndNeedsNoProbe()
    {
        Assert.Equal(25 * Second, _pause.Begin(25 * Second, now: 2 * Second));

        Assert.True(_pause.Holds(27 * Second - TimeSpan.FromTicks(1)));
        Assert.Equal(int.MaxValue, _pause.Room(27 * Second));
    }

    [Fact]
    public void PauseOfADay_EndsAfterTheLongest_AndLetsOneCallOut()
    {
        Assert.Equal(Longest, _pause.Begin(TimeSpan.FromDays(1), now: TimeSpan.Zero));

        Assert.True(_pause.Holds(Longest - Second));
        Assert.Equal(1, _pause.Room(Longest));
        _pause.Lent(Longest);

        Assert.Equal(0, _pause.Room(Longest + Second));
        Assert.Equal(TimeSpan.FromDays(1), _pause.WhenNext(Longest + Second)); // Whatever becomes of the probe.
        Assert.Equal(int.MaxValue, _pause.Room(TimeSpan.FromDays(1)));
    }

    [Fact]
    public void ProbeThatAutodeskTakes_OpensTheLimit()
    {
        _pause.Begin(TimeSpan.FromDays(1), now: TimeSpan.Zero);
        _pause.Lent(Longest);

        _pause.Proven(lentAt: Longest);

        Assert.Equal(int.MaxValue, _pause.Room(Longest + Second));
    }

    [Fact]
    public void ProbeThatAutodeskRefuses_BeginsTheNextPause()
    {
        _pause.Begin(TimeSpan.FromDays(1), now: TimeSpan.Zero);
        _pause.Lent(Longest);

        _pause.Begin(TimeSpan.FromDays(1), now: Longest + Second);

        Assert.True(_pause.Holds(2 * Longest));
        Assert.Equal(1, _pause.Room(2 * Longest + Second));
    }

    [Fact]
    public void ProbeThatIsNeverSent_LetsTheNextCallProbe()
    {
        _pause.Begin(TimeSpan.FromDays(1), now: TimeSpan.Zero);
        _pause.Lent(Longest);

        _pause.Unproven(lentAt: Longest);

        Assert.Equal(1, _pause.Room(Longest + Second));
    }

    [Fact]
    public void AnswerToARequestFromBeforeThePause_ProvesNothing()
    {
        _pause.Begin(TimeSpan.FromDays(1), now: Second);
        _pause.Lent(Longest + Second);

        _pause.Proven(lentAt: TimeSpan.Zero);
        _pause.Unproven(lentAt: TimeSpan.Zero);

        Assert.Equal(0, _pause.Room(Longest + 2 * Second));
    }

    [Fact]
    public void PauseThatIsLifted_LetsOneCallOutFirst()
    {
        _pause.Begin(60 * Second, now: TimeSpan.Zero);

        _pause.Lift(10 * Second);
        Assert.Equal(1, _pause.Room(10 * Second));
        _pause.Lent(10 * Second);
        _pause.Proven(lentAt: 10 * Second);

        Assert.Equal(int.MaxValue, _pause.Room(11 * Second));
    }

    [Fact]
    public void EarlierAnswerThatAskedForMore_Holds()
    {
        _pause.Begin(25 * Second, now: TimeSpan.Zero);

        Assert.Null(_pause.Begin(20 * Second, now: TimeSpan.Zero));
        Assert.Equal(25 * Second, _pause.Until);
    }

    [Fact]
    public void WhoIsBehindTheProbe_IsExpectedAfterIt()
    {
        _pause.Begin(TimeSpan.FromDays(1), now: TimeSpan.Zero);

        Assert.Equal(Longest, _pause.ExpectedStart(before: 0, now: TimeSpan.Zero));
        Assert.Equal(Longest + Second, _pause.ExpectedStart(before: 1, now: TimeSpan.Zero));
    }

    [Fact]
    public void RetryAfterOfCenturies_IsAYear() =>
        Assert.Equal(Longest, _pause.Begin(TimeSpan.FromDays(365 * 8_000), TimeSpan.FromDays(365 * 8_000)));
}
