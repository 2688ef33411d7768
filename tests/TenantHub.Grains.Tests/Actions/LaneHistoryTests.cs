using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace TenantHub.Actions;

/// <summary>
/// Whatever comes, ends, goes away or runs out of time in whatever order: a write runs alone; within a priority calls start in the order in
/// which they came; bulk calls are not starved; every call ends in exactly one way; nobody starts after its time.
/// </summary>
public sealed class LaneHistoryTests
{
    private const int Capacity = 6;

    private static readonly Gen<Step> Steps = Gen.OneOf(
        Gen.Int[0, 3].Select(kind => new Step("rwRW"[kind], 60_000)),
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5_000], (kind, wait) => new Step("rwRW"[kind], wait)),
        Gen.Int[0, 7].Select(which => new Step('e', which)),
        Gen.Int[0, 7].Select(which => new Step('e', which)),
        Gen.Int[0, 11].Select(which => new Step('c', which)),
        Gen.Int[0, 3_000].Select(time => new Step('s', time)),
        Gen.Int[1, 4].Select(reads => new Step('p', reads))
    );

    [Fact]
    public Task RandomHistories_KeepTheLanesPromises() => Steps.Array[1, 150].SampleAsync(PlayAsync, iter: 2_000);

    /// <summary>Shrunk histories that found a fault, in the code or in one put in by hand to try this test.</summary>
    [Theory]
    [InlineData("p2r60000w60000r60000e0e0")] // A read that came after a waiting write does not overtake it.
    [InlineData("w60000R60000r60000r60000r60000r60000r60000e0e0e0e0e0e0")] // Four interactive calls, then the bulk one.
    [InlineData("w60000w1000r60000s1000e0")] // The write that gave up lets the read behind it go.
    [InlineData("p2r60000w60000r60000c1")] // So does one whose caller went away, while a read runs.
    [InlineData("w60000w60000c1e0")]
    [InlineData("p2r60000W60000r60000")] // An interactive read does not wait for a bulk write that waits itself.
    [InlineData("p2r60000w500r500s600")] // Both give up in the same moment: the first must not start the second.
    public async Task KeptHistories_StayMended(string kept) => Assert.True(await PlayAsync(Step.Parse(kept)));

    /// <summary>On a scheduler that runs one thing at a time, as a grain's does.</summary>
    private static Task<bool> PlayAsync(Step[] history) =>
        Task
            .Factory.StartNew(
                () => new Player().PlayAsync(history),
                CancellationToken.None,
                TaskCreationOptions.DenyChildAttach,
                new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler
            )
            .Unwrap();

    private sealed class Player
    {
        private readonly FakeTimeProvider _clock = new();
        private readonly List<Call> _waiting = [];
        private readonly List<Call> _running = [];
        private readonly Lane _lane;
        private int _names;
        private int _interactiveInARow;

        public Player() => _lane = new Lane(Capacity, _clock);

        public async Task<bool> PlayAsync(Step[] history)
        {
            foreach (var step in history)
            {
                switch (step.Kind)
                {
                    case 'e' when _running.Count > 0:
                        End(_running[step.Value % _running.Count]);
                        break;
                    case 'c' when _waiting.Count > 0:
                        await _waiting[step.Value % _waiting.Count].Caller.CancelAsync();
                        break;
                    case 's':
                        _clock.Advance(TimeSpan.FromMilliseconds(step.Value));
                        break;
                    case 'p':
                        _lane.ParallelReads = step.Value;
                        break;
                    case 'r' or 'w' or 'R' or 'W':
                        Enter(step);
                        break;
                }

                await SettleAsync(history);
            }

            while (_running.Count + _waiting.Count > 0)
            {
                Assert.True(_running.Count > 0, "calls wait, none runs, and nothing will change that");
                End(_running[0]);
                await SettleAsync(history);
            }

            return true;
        }

        private void Enter(Step step)
        {
            var bulk = char.IsUpper(step.Kind);
            var call = new Call($"{_names++}", step.Kind is 'w' or 'W', bulk, _clock.GetUtcNow() + TimeSpan.FromMilliseconds(step.Value));
            call.QueueWasFull = _waiting.Count(other => other.IsBulk == bulk) == Capacity;
            call.Entering = _lane
                .EnterAsync(
                    new LaneCall(call.Name, call.IsWrite, bulk ? CallPriority.Bulk : CallPriority.Interactive),
                    TimeSpan.FromMilliseconds(step.Value),
                    call.Caller.Token
                )
                .AsTask();
            _waiting.Add(call);
        }

        private void End(Call call)
        {
            _running.Remove(call);
            call.Entering.GetAwaiter().GetResult().Dispose();
        }

        /// <summary>Waits for everybody whose wait is over, and only for them; then looks at what holds now.</summary>
        private async Task SettleAsync(Step[] history)
        {
            while (true)
            {
                var runs = _lane.Describe().Running.Select(entry => entry.ActionId).ToHashSet();
                var over = _waiting
                    .Where(call =>
                        runs.Contains(call.Name)
                        || call.Caller.IsCancellationRequested
                        || call.Deadline <= _clock.GetUtcNow()
                        || call.Entering.IsCompleted
                    )
                    .ToList();
                if (over.Count == 0)
                    break;

                // In the order of the lane's starts: the running list grows at its end.
                var order = _lane.Describe().Running.Select(entry => entry.ActionId).ToList();
                foreach (var call in over.OrderBy(call => order.IndexOf(call.Name)))
                {
                    await ((Task)call.Entering).ConfigureAwait(
                        ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext
                    );
                    Judge(call);
                }
            }

            var (described, now) = (_lane.Describe(), _clock.GetUtcNow());
            Assert.Equal(_running.Select(call => call.Name).Order(), described.Running.Select(entry => entry.ActionId).Order());
            Assert.Equal(_waiting.Select(call => call.Name).Order(), described.Waiting.Select(entry => entry.ActionId).Order());
            Assert.True(_running.Count <= 1 || !_running.Exists(call => call.IsWrite), "a write does not run alone");
            Assert.True(_running.Count > 0 || _waiting.Count == 0, "the lane stands still");
            var next = _waiting.Find(call => call.Name == (described.Waiting.Count == 0 ? null : described.Waiting[0].ActionId));
            Assert.False(
                next is { IsWrite: false } && !_running.Exists(call => call.IsWrite) && _running.Count < _lane.ParallelReads,
                $"{next?.Name} waits for nothing: {string.Join(' ', history.Select(step => step.ToString()))}"
            );
            Assert.All(described.Waiting, entry => Assert.True(entry.ExpectedStartAt >= now));
            Assert.Equal(Enumerable.Range(1, _waiting.Count), described.Waiting.Select(entry => entry.Position));
        }

        private void Judge(Call call)
        {
            _waiting.Remove(call);
            if (call.Entering.IsCanceled)
            {
                Assert.True(call.Caller.IsCancellationRequested, $"{call.Name} was cancelled by nobody");
                return;
            }

            var entry = call.Entering.GetAwaiter().GetResult();
            if (entry.Refusal is { } refusal)
            {
                if (refusal.Code is ErrorCode.LaneFull)
                    Assert.True(call.QueueWasFull, $"{call.Name} was refused although there was room");
                else
                    Assert.Equal(ErrorCode.DeadlineExceeded, refusal.Code);
                Assert.True(refusal.RetryAfter >= TimeSpan.Zero);
                return;
            }

            Assert.False(call.QueueWasFull && _waiting.Count(other => other.IsBulk == call.IsBulk) == Capacity, "more wait than may");
            Assert.True(
                _clock.GetUtcNow() <= call.Deadline || call.Deadline == DateTimeOffset.MinValue,
                $"{call.Name} started after its time"
            );
            Assert.DoesNotContain(_waiting, other => other.IsBulk == call.IsBulk && other.Number < call.Number && !other.IsOver(_clock));
            if (call.IsBulk)
                _interactiveInARow = 0;
            else if (_waiting.Exists(other => other.IsBulk && other.Number < call.Number && !other.IsOver(_clock)))
                _interactiveInARow++;
            else
                _interactiveInARow = 0;
            Assert.True(_interactiveInARow <= Lane.InteractiveInARow, "a bulk call is starved");
            _running.Add(call);
        }
    }

    private sealed record Call(string Name, bool IsWrite, bool IsBulk, DateTimeOffset Deadline)
    {
        public int Number { get; } = int.Parse(Name, System.Globalization.CultureInfo.InvariantCulture);

        public CancellationTokenSource Caller { get; } = new();

        public Task<Lane.Entry> Entering { get; set; } = null!;

        public bool QueueWasFull { get; set; }

        public bool IsOver(TimeProvider clock) => Caller.IsCancellationRequested || Deadline <= clock.GetUtcNow();
    }

    /// <summary>One step: r(ead) and w(rite) that may wait so many milliseconds, R and W for bulk, e(nd), c(ancel), s(leep), p(arallel
    /// reads).</summary>
    private readonly record struct Step(char Kind, int Value)
    {
        public static Step[] Parse(string text) =>
            [
                .. System
                    .Text.RegularExpressions.Regex.Matches(text, @"([rwRWecsp])(\d+)")
                    .Select(match => new Step(
                        match.Groups[1].Value[0],
                        int.Parse(match.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture)
                    )),
            ];

        public override string ToString() => $"{Kind}{Value}";
    }
}
