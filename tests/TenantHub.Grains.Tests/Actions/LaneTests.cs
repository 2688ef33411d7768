using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace TenantHub.Actions;

public sealed class LaneTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task FreeLane_StartsTheCallAtOnce()
    {
        var lane = new Lane(1, _clock);

        using var entry = await lane.EnterAsync(new LaneCall("a"), Patience, CancellationToken.None);

        Assert.Null(entry.Refusal);
        Assert.Equal("a", lane.Describe().Running[0].ActionId);
    }

    [Fact]
    public async Task WaitingCalls_StartInTheOrderInWhichTheyCame()
    {
        var lane = new Lane(3, _clock);
        var first = await lane.EnterAsync(new LaneCall("0"), Patience, CancellationToken.None);
        var waiting = Enumerable.Range(1, 3).Select(i => lane.EnterAsync(new LaneCall($"{i}"), Patience, CancellationToken.None).AsTask()).ToList();

        var started = new List<string>();
        var current = first;
        foreach (var next in waiting)
        {
            current.Dispose();
            current = await next;
            started.Add(lane.Describe().Running[0].ActionId);
        }

        Assert.Equal(["1", "2", "3"], started);
    }

    [Fact]
    public async Task FullLane_RefusesWithTheWaitThatTheQueueMeans()
    {
        var lane = new Lane(1, _clock);
        var running = await lane.EnterAsync(new LaneCall("a"), Patience, CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(8));
        running.Dispose();
        using var next = await lane.EnterAsync(new LaneCall("a"), Patience, CancellationToken.None);
        _ = lane.EnterAsync(new LaneCall("b"), Patience, CancellationToken.None).AsTask();

        using var refused = await lane.EnterAsync(new LaneCall("c"), Patience, CancellationToken.None);

        Assert.Equal(ErrorCode.LaneFull, refused.Refusal!.Code);
        Assert.Equal(TimeSpan.FromSeconds((0.5 * 7 + 8) / 8 * 2), refused.Refusal.RetryAfter);
    }

    [Fact]
    public async Task CallThatWaitedTooLong_IsRefusedAndItsPlaceIsFree()
    {
        var lane = new Lane(2, _clock);
        var running = await lane.EnterAsync(new LaneCall("a"), Patience, CancellationToken.None);
        var late = lane.EnterAsync(new LaneCall("late"), TimeSpan.FromSeconds(5), CancellationToken.None).AsTask();
        var patient = lane.EnterAsync(new LaneCall("patient"), Patience, CancellationToken.None).AsTask();

        _clock.Advance(TimeSpan.FromSeconds(5));
        var refused = await late;
        running.Dispose();
        using var next = await patient;

        Assert.Equal(ErrorCode.DeadlineExceeded, refused.Refusal!.Code);
        Assert.Equal("patient", lane.Describe().Running[0].ActionId);
        Assert.Empty(lane.Describe().Waiting);
    }

    [Fact]
    public async Task CallerThatGoesAway_FreesItsPlace()
    {
        var lane = new Lane(1, _clock);
        using var running = await lane.EnterAsync(new LaneCall("a"), Patience, CancellationToken.None);
        using var caller = new CancellationTokenSource();
        var waiting = lane.EnterAsync(new LaneCall("gone"), Patience, caller.Token).AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Empty(lane.Describe().Waiting);
    }

    [Fact]
    public async Task RefusedEntry_DoesNotEndTheRunningCallWhenDisposed()
    {
        var lane = new Lane(1, _clock);
        using var running = await lane.EnterAsync(new LaneCall("a"), Patience, CancellationToken.None);
        var waiting = lane.EnterAsync(new LaneCall("b"), Patience, CancellationToken.None).AsTask();
        (await lane.EnterAsync(new LaneCall("c"), Patience, CancellationToken.None)).Dispose();

        Assert.False(waiting.IsCompleted);
        Assert.Equal("a", lane.Describe().Running[0].ActionId);
    }

    /// <summary>Whatever comes, leaves or goes away in whatever order: never two at once, never out of order, nobody forgotten.</summary>
    [Fact]
    public void RandomHistories_NeverOverlapNeverReorderNeverLoseACall() =>
        Gen.Int[0, 3].Array[1, 200].Sample(history => Play(history).GetAwaiter().GetResult());

    private static async Task<bool> Play(int[] history)
    {
        const int Capacity = 8;
        var clock = new FakeTimeProvider();
        var lane = new Lane(Capacity, clock);
        var expected = new List<(string Name, Task<Lane.Entry> Entering, CancellationTokenSource Caller)>();
        Lane.Entry? running = null;
        var names = 0;
        foreach (var step in history)
        {
            switch (step)
            {
                case 0 or 1: // A call comes.
                    var caller = new CancellationTokenSource();
                    var name = $"{names++}";
                    var entering = lane.EnterAsync(new LaneCall(name), Patience, caller.Token).AsTask();
                    if (running is null) running = await entering;
                    else if (expected.Count == Capacity) Assert.Equal(ErrorCode.LaneFull, (await entering).Refusal!.Code);
                    else expected.Add((name, entering, caller));
                    break;
                case 2 when running is not null: // The running call ends.
                    running.Dispose();
                    running = null;
                    if (expected.Count == 0) break;
                    running = await expected[0].Entering;
                    Assert.Null(running.Refusal);
                    Assert.Equal(expected[0].Name, lane.Describe().Running[0].ActionId);
                    expected.RemoveAt(0);
                    break;
                case 3 when expected.Count > 0: // A waiting caller goes away.
                    var gone = expected[expected.Count / 2];
                    expected.RemoveAt(expected.Count / 2);
                    await gone.Caller.CancelAsync();
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone.Entering);
                    break;
            }

            Assert.Equal(expected.Select(call => call.Name), lane.Describe().Waiting.Select(call => call.ActionId));
        }

        return true;
    }
}
