using CsCheck;
using Xunit;

namespace TenantHub.Quotas;

/// <summary>The books of one limit, over crashes and restarts; storage is a variable here.</summary>
public sealed class PermitLedgerTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(50);
    private static readonly DateTimeOffset Origin = new(2026, 11, 25, 8, 0, 17, TimeSpan.Zero);

    [Fact]
    public void NothingIsLent_BeforeABlockIsStored()
    {
        var ledger = NewLedger(100);

        Assert.Null(ledger.TryLendAtOnce(TimeSpan.Zero));
        var waiter = ledger.Enqueue("a", 1);
        ledger.Serve(TimeSpan.Zero);
        Assert.Null(waiter.Permit);
        Assert.True(ledger.NeedsBlock);
        StoreBlock(ledger, TimeSpan.Zero);
        ledger.Serve(TimeSpan.Zero);

        Assert.NotNull(waiter.Permit);
    }

    [Fact]
    public void Block_IsATenthOfTheLimit_AndTheNextIsWantedWhenHalfOfItIsLent()
    {
        var ledger = NewLedger(100);
        var (state, block) = ledger.Store(TimeSpan.Zero, Origin);
        ledger.AddBlock(block);
        Assert.Equal(10, block);
        Assert.Equal([new StoredBlock(10, null)], state.Blocks);

        for (var i = 0; i < 4; i++)
            ledger.TryLendAtOnce(TimeSpan.Zero);
        Assert.False(ledger.NeedsBlock);
        ledger.TryLendAtOnce(TimeSpan.Zero);

        Assert.True(ledger.NeedsBlock);
    }

    [Fact]
    public void LimitThatNobodyUses_NeedsNoBlock() => Assert.False(NewLedger(100).NeedsBlock);

    [Fact]
    public void PermitThatOnlyABlockHoldsUp_SetsNoTimer()
    {
        var ledger = NewLedger(10);
        ledger.Enqueue("a", 1);
        ledger.Serve(TimeSpan.Zero);

        Assert.Null(ledger.WhenNext(TimeSpan.Zero)); // It would be due at once, again and again.
    }

    [Fact]
    public void PermitOfACallerThatHasVanished_IsTakenBackAfterTheLongestRequest_AndCountsForAWindowMore()
    {
        var ledger = NewLedger(1);
        StoreBlock(ledger, TimeSpan.Zero);
        ledger.TryLendAtOnce(TimeSpan.Zero);
        StoreBlock(ledger, TimeSpan.Zero);
        var waiter = ledger.Enqueue("b", 1);

        Assert.Equal(0, ledger.Serve(Longest - TimeSpan.FromTicks(1)));
        Assert.Equal(1, ledger.Serve(Longest));
        Assert.Null(waiter.Permit);
        ledger.Serve(Longest + Minute);

        Assert.NotNull(waiter.Permit);
    }

    [Fact]
    public void PermitThatIsNotKnownHere_EndsWithoutATrace()
    {
        var ledger = NewLedger(10);
        StoreBlock(ledger, TimeSpan.Zero);
        var permit = ledger.TryLendAtOnce(TimeSpan.Zero)!.Value;
        ledger.Return(permit, TimeSpan.Zero);

        ledger.Answer(permit, TimeSpan.Zero);
        ledger.Return(permit + 1, TimeSpan.Zero);

        Assert.Null(ledger.Refuse(permit, Minute, TimeSpan.Zero));
        Assert.Equal((0, 0, 0L), (ledger.Used, ledger.Running, ledger.RateLimited));
    }

    [Fact]
    public void WhenNothingCanBeStored_EverybodyWhoWaitsIsTold()
    {
        var ledger = NewLedger(10);
        var waiters = new[] { ledger.Enqueue("a", 1), ledger.Enqueue("a", 1), ledger.Enqueue("b", 1) };

        ledger.FailAll();

        Assert.All(waiters, waiter => Assert.True(waiter.Failed && waiter.Settled.IsCompleted));
        Assert.Equal(0, ledger.Waiting);
    }

    [Fact]
    public void AfterACrash_AStoredBlockCountsAsUsed_UntilAWindowAfterTheStart()
    {
        var ledger = NewLedger(10);
        var state = StoreBlock(ledger, TimeSpan.Zero);

        var woken = NewLedger(10, firstPermit: 1_000);
        woken.Restore(state, TimeSpan.Zero, Origin + Minute);
        Assert.Equal(1, woken.Used);
        woken.Serve(Minute);
        Assert.Equal((10, TimeSpan.Zero), woken.Rest(Minute));
    }

    [Fact]
    public void AfterAnEndInOrder_OnlyWhatWasSentCounts()
    {
        var ledger = NewLedger(100);
        StoreBlock(ledger, TimeSpan.Zero);
        ledger.Answer(ledger.TryLendAtOnce(TimeSpan.Zero)!.Value, TimeSpan.FromSeconds(2));

        var woken = NewLedger(100, firstPermit: 1_000);
        woken.Restore(
            ledger.Close(TimeSpan.FromSeconds(10), Origin + TimeSpan.FromSeconds(10)),
            TimeSpan.Zero,
            Origin + TimeSpan.FromSeconds(10)
        );

        Assert.Equal(1, woken.Used);
        Assert.Equal((99, TimeSpan.FromSeconds(52)), woken.Rest(TimeSpan.Zero));
    }

    [Fact]
    public void LimitPauseAndLesson_SurviveARestart()
    {
        var ledger = NewLedger(100);
        ledger.Limits.SetByOperator(60);
        StoreBlock(ledger, TimeSpan.Zero);
        ledger.Refuse(ledger.TryLendAtOnce(TimeSpan.Zero)!.Value, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(1));

        var woken = NewLedger(100, firstPermit: 1_000);
        woken.Restore(
            ledger.Store(TimeSpan.FromSeconds(1), Origin + TimeSpan.FromSeconds(1)).State,
            TimeSpan.Zero,
            Origin + TimeSpan.FromSeconds(11)
        );

        Assert.Equal(new(LimitSource.Operator, 60), woken.Limits.Set);
        Assert.Equal(30, woken.Limits.Learned);
        Assert.Equal(TimeSpan.FromSeconds(40), woken.Pause.Until);
    }

    [Fact]
    public void PauseThatWasCutShort_IsProbedAfterARestart_Too()
    {
        var ledger = NewLedger(100);
        StoreBlock(ledger, TimeSpan.Zero);
        ledger.Refuse(ledger.TryLendAtOnce(TimeSpan.Zero)!.Value, TimeSpan.FromDays(1), TimeSpan.Zero);

        var woken = NewLedger(100, firstPermit: 1_000);
        woken.Restore(ledger.Close(TimeSpan.Zero, Origin), TimeSpan.Zero, Origin + LongestPause);
        StoreBlock(woken, TimeSpan.Zero);

        var probe = woken.TryLendAtOnce(TimeSpan.Zero)!.Value;
        Assert.Null(woken.TryLendAtOnce(TimeSpan.Zero));
        woken.Answer(probe, TimeSpan.FromSeconds(1));
        Assert.NotNull(woken.TryLendAtOnce(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void ProbeWhoseCallerVanishes_OpensNothing_AndTheNextCallProbes()
    {
        var ledger = NewLedger(100);
        StoreBlock(ledger, TimeSpan.Zero);
        ledger.Refuse(ledger.TryLendAtOnce(TimeSpan.Zero)!.Value, TimeSpan.FromDays(1), TimeSpan.Zero);
        var waiters = new[] { ledger.Enqueue("a", 1), ledger.Enqueue("b", 1), ledger.Enqueue("c", 1) };
        ledger.Serve(LongestPause);
        Assert.Equal([true, false, false], waiters.Select(waiter => waiter.Permit is not null));

        ledger.Serve(LongestPause + Longest);

        Assert.Equal([true, true, false], waiters.Select(waiter => waiter.Permit is not null));
    }

    /// <summary>
    /// Whatever comes, however often the process dies and wakes, with or without its last words: no minute ever holds more requests than
    /// the limit, wherever between its sending and its answer each one is counted; nothing is lent in a pause, and one call at a time after
    /// one that was cut short or lifted, until an answer opens the limit; and no permit has the number of another.
    /// </summary>
    [Fact]
    public void RandomHistories_NeverOverspend_NorBreakAPause() => Histories.Sample(Play, iter: 5_000);

    private static readonly Gen<(char Kind, int Value)> Steps = Gen.OneOf(
        Gen.Int[0, 3].Select(account => ('e', account)),
        Gen.Int[0, 3].Select(account => ('e', account)),
        Gen.Int[0, 20].Select(which => ('a', which)),
        Gen.Int[0, 20].Select(which => ('u', which)),
        Gen.Int[0, 1].Select(_ => ('b', 0)),
        Gen.Int[1, 100_000].Select(wait => ('r', wait)),
        Gen.Int[0, 0].Select(_ => ('l', 0)),
        Gen.Int[1, 2_000].Select(away => ('k', away)),
        Gen.Int[1, 2_000].Select(away => ('c', away)),
        Gen.OneOf(Gen.Int[0, 300], Gen.Int[0, 60_000]).Select(time => ('s', time))
    );

    private static readonly Gen<(int Limit, (char, int)[] Steps)> Histories = Gen.Select(Gen.Int[1, 25], Steps.Array[1, 150]);

    private static bool Play((int Limit, (char Kind, int Value)[] Steps) history)
    {
        var now = TimeSpan.Zero;
        var (ledger, stored, numbers) = (NewLedger(history.Limit), new QuotaState(), new HashSet<long>());
        var waiting = new List<QuotaBucket.Waiter>();
        var running = new List<(long Permit, TimeSpan From)>();
        var counted = new List<(TimeSpan From, TimeSpan To)>();
        var (pausedUntil, askedUntil) = (TimeSpan.MinValue, TimeSpan.MinValue);
        foreach (var (kind, value) in history.Steps)
        {
            switch (kind)
            {
                case 'e' when ledger.TryLendAtOnce(now) is { } permit:
                    Start(permit);
                    break;
                case 'e':
                    waiting.Add(ledger.Enqueue($"a{value}", value + 1));
                    break;
                case 'a' when running.Count > 0:
                    var answered = End(value);
                    ledger.Answer(answered.Permit, now);
                    if (answered.From >= pausedUntil)
                        askedUntil = pausedUntil;
                    break;
                case 'u' when running.Count > 0:
                    ledger.Return(running[value % running.Count].Permit, now);
                    running.RemoveAt(value % running.Count);
                    break;
                case 'r' when running.Count > 0:
                    ledger.Refuse(End(0).Permit, TimeSpan.FromMilliseconds(value), now);
                    pausedUntil = Later(pausedUntil, now + Earlier(TimeSpan.FromMilliseconds(value), LongestPause));
                    askedUntil = Later(askedUntil, now + TimeSpan.FromMilliseconds(value));
                    break;
                case 'l':
                    now += TimeSpan.FromMilliseconds(1);
                    ledger.Pause.Lift(now);
                    pausedUntil = Earlier(pausedUntil, now);
                    break;
                case 'b':
                    (stored, var block) = ledger.Store(now, Origin + now);
                    ledger.AddBlock(block);
                    break;
                case 'k' or 'c': // Killed, or closed: whoever waited and whatever ran is gone with the process.
                    if (kind == 'c')
                        stored = ledger.Close(now, Origin + now);
                    while (running.Count > 0)
                        End(0);
                    waiting.Clear();
                    now += TimeSpan.FromMilliseconds(value);
                    ledger = NewLedger(history.Limit, (Origin + now).UtcTicks);
                    ledger.Restore(stored, now, Origin + now);
                    (pausedUntil, askedUntil) = (ledger.Pause.Until, ledger.Pause.AskedUntil);
                    break;
                case 's':
                    now += TimeSpan.FromMilliseconds(value);
                    while (running.Count > 0 && running[0].From + Longest <= now)
                        End(0); // No request takes longer.
                    break;
            }

            ledger.Serve(now);
            foreach (var granted in waiting.Where(waiter => waiter.Permit is not null).ToList())
            {
                waiting.Remove(granted);
                Start(granted.Permit!.Value);
            }
        }

        while (running.Count > 0)
            End(0);
        foreach (var (_, start) in counted)
        {
            var inWindow = counted.Count(request => request.From < start + Minute && request.To >= start);
            Assert.True(inWindow <= history.Limit, $"{inWindow} requests in the minute from {start}");
        }

        return true;

        void Start(long permit)
        {
            Assert.True(numbers.Add(permit), "two permits of one number");
            Assert.True(now >= pausedUntil, "lent in a pause");
            Assert.True(now >= askedUntil || running.TrueForAll(other => other.From < pausedUntil), "lent beside a probe");
            running.Add((permit, now));
        }

        (long Permit, TimeSpan From) End(int which)
        {
            var ended = running[which % running.Count];
            running.Remove(ended);
            counted.Add((ended.From, now));
            return ended;
        }
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static PermitLedger NewLedger(int limit, long firstPermit = 1) =>
        new(new LimitTable(limit), new Pause(LongestPause), Minute, Longest, firstPermit);

    private static QuotaState StoreBlock(PermitLedger ledger, TimeSpan now)
    {
        var (state, block) = ledger.Store(now, Origin + now);
        ledger.AddBlock(block);
        return state;
    }
}
