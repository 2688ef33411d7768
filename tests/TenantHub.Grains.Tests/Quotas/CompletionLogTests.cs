using CsCheck;
using Xunit;

namespace TenantHub.Quotas;

public sealed class CompletionLogTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SharedEntry = Minute / 240;

    [Fact]
    public void Request_CountsUntilExactlyOneWindowAfterItsAnswer()
    {
        var log = new CompletionLog(Minute);
        log.Add(TimeSpan.FromSeconds(5));

        log.Forget(TimeSpan.FromSeconds(65) - TimeSpan.FromTicks(1));
        Assert.Equal(1, log.Count);
        log.Forget(TimeSpan.FromSeconds(65));

        Assert.Equal(0, log.Count);
    }

    [Fact]
    public void AnswersThatShareAnEntry_AllCountUntilTheLastOneIsAWindowOld()
    {
        var log = new CompletionLog(Minute);
        log.Add(TimeSpan.Zero);
        log.Add(SharedEntry);

        log.Forget(Minute);

        Assert.Equal(2, log.Count);
        Assert.Equal(Minute + SharedEntry, log.WhenFree(1));
    }

    [Fact]
    public void SteadyAnswers_DoNotShareOneEntryForEver()
    {
        var log = new CompletionLog(Minute);
        for (var at = TimeSpan.Zero; at <= Minute; at += SharedEntry / 2)
            log.Add(at);

        log.Forget(Minute + Minute / 2);

        Assert.InRange(log.Count, 235, 245); // Half of the 481 are a window old.
    }

    [Fact]
    public void WhenFree_IsNothing_WhenThereAreNotSoMany()
    {
        var log = new CompletionLog(Minute);
        Assert.Null(log.WhenFree(1));
        log.Add(TimeSpan.Zero, requests: 3);

        Assert.Equal(Minute, log.WhenFree(3));
        Assert.Null(log.WhenFree(4));
    }

    /// <summary>Beside a list of all answers: the log never counts less than it, and never more than those of one entry longer.</summary>
    [Fact]
    public void RandomAnswers_AreNeverForgottenTooEarly_NorMuchTooLate() =>
        Gen.Select(Gen.Int[0, 5_000], Gen.Int[1, 3])
            .Array[1, 200]
            .Sample(
                answers =>
                {
                    var (log, all, now) = (new CompletionLog(Minute), new List<TimeSpan>(), TimeSpan.Zero);
                    foreach (var (pause, requests) in answers)
                    {
                        now += TimeSpan.FromMilliseconds(pause);
                        log.Forget(now);
                        var within = all.Count(at => at + Minute > now);
                        Assert.InRange(log.Count, within, all.Count(at => at + Minute + SharedEntry > now));
                        for (var wanted = 1; wanted <= log.Count; wanted++)
                        {
                            var free = log.WhenFree(wanted)!.Value;
                            Assert.True(
                                free > now && all.Count(at => at + Minute > free) <= log.Count - wanted,
                                $"{wanted} are said to be free at {free}"
                            );
                        }

                        log.Add(now, requests);
                        all.AddRange(Enumerable.Repeat(now, requests));
                    }
                },
                iter: 300
            );
}
