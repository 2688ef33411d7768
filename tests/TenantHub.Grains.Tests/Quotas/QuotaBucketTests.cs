using CsCheck;
using TenantHub.ApsEmulator.Quotas;
using Xunit;

namespace TenantHub.Quotas;

/// <summary>The rules of one limit, in simulated time. The same over the wire is in QuotaLoadTests.</summary>
public sealed class QuotaBucketTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset Origin = new(2026, 11, 25, 8, 0, 17, TimeSpan.Zero);

    public static TheoryData<string, int> Counters =>
        new()
        {
            { "sliding log", 50 },
            { "sliding log", 300 },
            { "fixed window", 50 },
            { "fixed window", 300 },
            { "token bucket", 50 },
            { "token bucket", 300 },
        };

    [Theory]
    [MemberData(nameof(Counters))]
    public void FiftyAccountsThatAlwaysWantMore_GetEqualShares_NearlyAllOfTheLimit_AndNo429(string counter, int limit)
    {
        var run = new QuotaSimulation(limit, Minute, seed: limit) { Server = NewCounter(counter, limit) };
        for (var i = 0; i < 50; i++)
            run.AddAccount($"a{i}", 1, outstanding: 3, from: TimeSpan.Zero);

        const int Minutes = 10;
        run.Run(Minutes * Minute);

        Assert.Equal(0, run.Refused);
        TestContext.Current.SendDiagnosticMessage($"{counter} {limit}: {run.Sent.Count / (double)(limit * Minutes):P2}");
        Assert.InRange(run.Sent.Count / (double)(limit * Minutes), 0.98, 1.01);
        var shares = run.Sent.GroupBy(sent => sent.Account).Select(group => (double)group.Count()).ToList();
        Assert.Equal(50, shares.Count);
        Assert.InRange(Jain(shares), 0.99, 1);

        // The bound that docs/ARCHITECTURE.md states: all the calls that wait before it, at the limit's rate, and one window.
        var bound = (Math.Ceiling(50 * 3.0 / limit) + 1) * Minute;
        Assert.InRange(run.Sent.Max(sent => sent.Waited), TimeSpan.Zero, bound);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Weights_AreHonouredWithinFivePercent(int outstanding)
    {
        var run = new QuotaSimulation(100, Minute, seed: 1);
        for (var i = 0; i < 30; i++)
            run.AddAccount($"{i % 3 + 1}-{i}", weight: i % 3 + 1, outstanding, from: TimeSpan.Zero);

        run.Run(20 * Minute);

        var perWeight = run
            .Sent.Where(sent => sent.SentAt > Minute)
            .GroupBy(sent => sent.Account[0] - '0')
            .ToDictionary(group => group.Key, group => (double)group.Count() / group.Key);
        var mean = perWeight.Values.Average();
        Assert.All(perWeight.Values, share => Assert.InRange(share / mean, 0.95, 1.05));
    }

    [Fact]
    public void QuietAccount_WaitsForOneRoundOfTheNoisyOnes_AndNoLonger()
    {
        var run = new QuotaSimulation(100, Minute, seed: 2);
        for (var i = 0; i < 4; i++)
            run.AddAccount($"noisy{i}", 1, outstanding: 60, from: TimeSpan.Zero);
        for (var i = 0; i < 140; i++)
            run.AddCall("quiet", Minute + TimeSpan.FromSeconds(4.1 * i)); // Less than its share, a fifth of the limit.

        run.Run(11 * Minute);

        // One round is a permit for each of the other accounts, whatever they have queued. Only a call that came while an earlier one of
        // the same account still waited has to let one more round pass.
        var quiet = run.Sent.Where(sent => sent.Account == "quiet").ToList();
        Assert.Equal(140, quiet.Count);
        foreach (var call in quiet)
        {
            var meanwhile = run.Sent.Count(other =>
                other.Account != "quiet" && other.SentAt > call.SentAt - call.Waited && other.SentAt < call.SentAt
            );
            var ownBefore = quiet.Count(other => other.SentAt > call.SentAt - call.Waited && other.SentAt < call.SentAt);
            Assert.InRange(meanwhile, 0, 4 * (ownBefore + 1));
        }
    }

    [Fact]
    public void After429_NothingIsLentUntilRetryAfter_AndTheLimitIsLearntAndRecovers()
    {
        var limits = new LimitTable(100);
        var pause = new Pause(Minute);
        var bucket = new QuotaBucket(limits, pause, Minute);
        for (var i = 0; i < 40; i++)
            bucket.Enqueue("a", 1);
        while (bucket.Lend(TimeSpan.Zero) is not null) { }
        for (var i = 0; i < 30; i++)
            bucket.Answer(TimeSpan.FromSeconds(1));

        var begun = bucket.Refuse(sentAt: TimeSpan.Zero, TimeSpan.FromSeconds(25), now: TimeSpan.FromSeconds(2));
        var again = bucket.Refuse(sentAt: TimeSpan.Zero, TimeSpan.FromSeconds(20), now: TimeSpan.FromSeconds(2));
        bucket.Enqueue("b", 1);

        Assert.Equal(TimeSpan.FromSeconds(25), begun);
        Assert.Null(again); // It says nothing new.
        Assert.Equal(50, limits.Learned); // 30 were accepted; by half at most.
        Assert.Null(bucket.Lend(TimeSpan.FromSeconds(26.9)));
        Assert.Equal(TimeSpan.FromSeconds(27), bucket.WhenNext(TimeSpan.FromSeconds(26.9)));
        Assert.NotNull(bucket.Lend(TimeSpan.FromSeconds(27)));
        bucket.Enqueue("b", 1);
        bucket.Lend(TimeSpan.FromSeconds(62));
        Assert.Equal(60, limits.Learned);
        bucket.Lend(TimeSpan.FromSeconds(62 + 4 * 60));
        Assert.Null(limits.Learned);
    }

    [Fact]
    public void AutodeskThatGivesLess_IsAdaptedTo_WithFew429s()
    {
        var run = new QuotaSimulation(100, Minute, seed: 3) { Server = new SlidingLogCounter(60, Minute) };
        for (var i = 0; i < 20; i++)
            run.AddAccount($"a{i}", 1, outstanding: 2, from: TimeSpan.Zero);

        run.Run(30 * Minute);

        // It probes upwards by a tenth of the limit every minute, so it meets the lower limit again and again, and at once steps back.
        var accepted = (run.Sent.Count - run.Refused) / 30.0;
        Assert.InRange(accepted, 45, 60.5);
        Assert.InRange(run.Refused / (double)run.Sent.Count, 0, 0.1);
    }

    [Fact]
    public void RetryBudget_IsAFifthOfTheRequests_AndThreeInAnyCase()
    {
        var bucket = new QuotaBucket(new LimitTable(100), new Pause(Minute), Minute);
        for (var i = 0; i < 50; i++)
            bucket.Enqueue("a", 1);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => bucket.TryRetry(TimeSpan.Zero)));
        while (bucket.Lend(TimeSpan.Zero) is not null) { }

        var more = Enumerable.Range(0, 20).Count(_ => bucket.TryRetry(TimeSpan.FromSeconds(1)));

        Assert.Equal(10 - 3, more);
        Assert.True(bucket.TryRetry(TimeSpan.FromSeconds(62)));
    }

    /// <summary>
    /// Whatever comes, goes away, comes back unused, pauses or is answered late, and however time jumps: no window ever holds more requests
    /// than the limit, wherever between its sending and its answer each one is counted; nobody is served twice, forgotten, or served in a
    /// pause.
    /// </summary>
    [Fact]
    public void RandomHistories_NeverOverspendNeverLoseNeverServeInAPause() => Histories.Sample(history => Play(history), iter: 20_000);

    /// <summary>Histories that found a fault once, as they were shrunk; and those that find the faults put in by hand to try this
    /// test.</summary>
    [Theory]
    [InlineData("1|eeas60000s")] // Used up, answered, and one window later exactly one is free again.
    [InlineData("2|eeees100aas59950s")] // Freed at the answer and not at the sending.
    [InlineData("2|eeeeas200as59801")] // Two answers that share an entry count until the later one is a window old.
    [InlineData("5|e0r67839e4")] // Nothing is lent in a pause.
    [InlineData("1|e0r46064e4s72")] // A refused request counts as well.
    [InlineData("2|eeer25000s25000ses60000s")] // A pause that ends together with others' waiting.
    [InlineData("1|euees1as60001s")] // What comes back unused was never spent.
    public void KeptHistories_StayMended(string kept)
    {
        var (limit, steps) = (int.Parse(kept.Split('|')[0], System.Globalization.CultureInfo.InvariantCulture), kept.Split('|')[1]);
        Assert.True(Play((limit, Step.Parse(steps))));
    }

    private static readonly Gen<Step> Steps = Gen.OneOf(
        Gen.Int[0, 4].Select(account => new Step('e', account)),
        Gen.Int[0, 4].Select(account => new Step('e', account)),
        Gen.Int[0, 20].Select(which => new Step('a', which)),
        Gen.Int[0, 20].Select(which => new Step('u', which)),
        Gen.Int[0, 20].Select(which => new Step('w', which)),
        Gen.Int[1, 70_000].Select(wait => new Step('r', wait)),
        Gen.OneOf(Gen.Int[0, 300], Gen.Int[0, 90_000]).Select(time => new Step('s', time))
    );

    private static readonly Gen<(int Limit, Step[] Steps)> Histories = Gen.Select(Gen.Int[1, 8], Steps.Array[1, 120]);

    private static bool Play((int Limit, Step[] Steps) history)
    {
        var pause = new Pause(2 * Minute); // None of them asks for more; PermitLedgerTests know those that do.
        var bucket = new QuotaBucket(new LimitTable(history.Limit), pause, Minute);
        var now = TimeSpan.Zero;
        var waiting = new List<QuotaBucket.Waiter>();
        var running = new List<TimeSpan>();
        var counted = new List<(TimeSpan From, TimeSpan To)>();
        foreach (var step in history.Steps)
        {
            switch (step.Kind)
            {
                case 'e' when bucket.TryLendAtOnce(now): // As the grain does: who comes while nobody waits does not queue.
                    Assert.True(now >= pause.Until, "lent in a pause");
                    Assert.Empty(waiting);
                    running.Add(now);
                    break;
                case 'e':
                    waiting.Add(bucket.Enqueue($"a{step.Value}", step.Value + 1));
                    break;
                case 'w' when waiting.Count > 0:
                    bucket.Withdraw(waiting[step.Value % waiting.Count]);
                    waiting.RemoveAt(step.Value % waiting.Count);
                    break;
                case 'u' when running.Count > 0:
                    running.RemoveAt(step.Value % running.Count);
                    bucket.Return();
                    break;
                case 'a' when running.Count > 0:
                    counted.Add((running[step.Value % running.Count], now));
                    running.RemoveAt(step.Value % running.Count);
                    bucket.Answer(now);
                    break;
                case 'r' when running.Count > 0:
                    counted.Add((running[0], now));
                    bucket.Refuse(running[0], TimeSpan.FromMilliseconds(step.Value), now);
                    running.RemoveAt(0);
                    break;
                case 's':
                    now += TimeSpan.FromMilliseconds(step.Value);
                    break;
            }

            while (bucket.Lend(now) is { } granted)
            {
                Assert.True(now >= pause.Until, "served in a pause");
                Assert.True(waiting.Remove(granted), "served twice, or after it went away");
                running.Add(now);
            }

            Assert.Equal(waiting.Count, bucket.Waiting);
            Assert.True(waiting.Count == 0 || bucket.WhenNext(now) is not { } next || next > now, "it says now and lends nothing");
        }

        // Nobody is forgotten: when everything is answered, time alone serves all who wait.
        var patience = (waiting.Count + 2) * 3;
        while (waiting.Count > 0)
        {
            Assert.True(patience-- > 0, "somebody waits for ever");
            foreach (var from in running)
            {
                counted.Add((from, now));
                bucket.Answer(now);
            }

            running.Clear();
            now += bucket.WhenNext(now) is { } due && due > now ? due - now : TimeSpan.FromMilliseconds(1);
            while (bucket.Lend(now) is { } granted)
            {
                Assert.True(waiting.Remove(granted));
                running.Add(now);
            }
        }

        counted.AddRange(running.Select(from => (from, now)));
        foreach (var (_, start) in counted)
        {
            var inWindow = counted.Count(request => request.From < start + Minute && request.To >= start);
            Assert.True(inWindow <= history.Limit, $"{inWindow} requests in the minute from {start}");
        }

        return true;
    }

    private static double Jain(List<double> shares) => shares.Sum() * shares.Sum() / (shares.Count * shares.Sum(share => share * share));

    private static IQuotaCounter NewCounter(string name, int limit) =>
        name switch
        {
            "fixed window" => new FixedWindowCounter(limit, Minute),
            "token bucket" => new TokenBucketCounter(limit, Minute, Origin),
            _ => new SlidingLogCounter(limit, Minute),
        };

    /// <summary>One step of a history: e(nqueue), w(ithdraw), u(nused), a(nswered), r(efused with 429), s(leep milliseconds).</summary>
    private readonly record struct Step(char Kind, int Value)
    {
        public static Step[] Parse(string text)
        {
            var steps = new List<Step>();
            foreach (System.Text.RegularExpressions.Match match in System.Text.RegularExpressions.Regex.Matches(text, @"([ewuars])(\d*)"))
            {
                steps.Add(
                    new Step(
                        match.Groups[1].Value[0],
                        match.Groups[2].Length == 0
                            ? 0
                            : int.Parse(match.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture)
                    )
                );
            }

            return [.. steps];
        }

        public override string ToString() => $"{Kind}{Value}";
    }
}
