using CsCheck;
using Microsoft.Extensions.Time.Testing;
using TenantHub.Errors;
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
        var waiting = Enumerable
            .Range(1, 3)
            .Select(i => lane.EnterAsync(new LaneCall($"{i}"), Patience, CancellationToken.None).AsTask())
            .ToList();

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
    public async Task ClosedLane_RefusesWhoWaitsAndWhoComes_AndLetsTheRunningCallEnd()
    {
        var lane = new Lane(3, _clock);
        var running = await lane.EnterAsync(new LaneCall("a"), Patience, CancellationToken.None);
        var waiting = lane.EnterAsync(new LaneCall("b"), Patience, CancellationToken.None).AsTask();
        var bulk = lane.EnterAsync(new LaneCall("c", Priority: CallPriority.Bulk), Patience, CancellationToken.None).AsTask();
        var reason = new ServiceError(ErrorCode.HubUnavailable, ErrorSource.Hub, "Over.");

        lane.Close(reason);
        using var late = await lane.EnterAsync(new LaneCall("d"), Patience, CancellationToken.None);
        using var second = await waiting;
        using var third = await bulk;
        running.Dispose();

        Assert.Equal([reason, reason, reason, reason], [lane.ClosedBy, second.Refusal, third.Refusal, late.Refusal]);
        Assert.Equal(0, lane.Count);
    }

    [Fact]
    public async Task DrainingLane_StartsNobodyWhoWaits()
    {
        using var draining = new CancellationTokenSource();
        var lane = new Lane(3, _clock, draining.Token);
        var running = await lane.EnterAsync(new LaneCall("a"), Patience, CancellationToken.None);
        var waiting = lane.EnterAsync(new LaneCall("b"), Patience, CancellationToken.None).AsTask();

        await draining.CancelAsync();
        running.Dispose();
        using var second = await waiting;

        Assert.Equal(ErrorCode.HubUnavailable, second.Refusal!.Code);
        Assert.Equal(0, lane.Count);
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

    [Fact]
    public async Task Reads_ShareTheLaneUpToTheLimit_AndAWriteWaitsForAllOfThem()
    {
        var lane = new Lane(8, _clock) { ParallelReads = 2 };
        var first = await lane.EnterAsync(new LaneCall("r1", IsWrite: false), Patience, CancellationToken.None);
        var second = await lane.EnterAsync(new LaneCall("r2", IsWrite: false), Patience, CancellationToken.None);
        var write = lane.EnterAsync(new LaneCall("w"), Patience, CancellationToken.None).AsTask();
        var late = lane.EnterAsync(new LaneCall("r3", IsWrite: false), Patience, CancellationToken.None).AsTask();

        first.Dispose();
        var afterOne = lane.Describe().Running.Select(entry => entry.ActionId).ToList();
        second.Dispose();
        using var writing = await write;

        Assert.Equal(["r2"], afterOne); // The read that came after the write does not overtake it.
        Assert.Equal(["w"], lane.Describe().Running.Select(entry => entry.ActionId));
        Assert.False(late.IsCompleted);
    }

    [Fact]
    public async Task BulkCalls_LetInteractiveOnesGoFirst_AndAreNotStarved()
    {
        var lane = new Lane(64, _clock);
        var current = await lane.EnterAsync(new LaneCall("0"), Patience, CancellationToken.None);
        var waiting = new Dictionary<string, Task<Lane.Entry>>();
        for (var i = 0; i < 2; i++)
            waiting.Add(
                $"b{i}",
                lane.EnterAsync(new LaneCall($"b{i}", Priority: CallPriority.Bulk), Patience, CancellationToken.None).AsTask()
            );
        for (var i = 0; i < 6; i++)
            waiting.Add($"i{i}", lane.EnterAsync(new LaneCall($"i{i}"), Patience, CancellationToken.None).AsTask());
        var foreseen = lane.Describe().Waiting.Select(entry => entry.ActionId).ToList();

        var order = new List<string>();
        while (order.Count < 8)
        {
            current.Dispose();
            order.Add(lane.Describe().Running[0].ActionId);
            current = await waiting[order[^1]];
        }

        Assert.Equal(["i0", "i1", "i2", "i3", "b0", "i4", "i5", "b1"], order);
        Assert.Equal(order, foreseen);
    }

    [Fact]
    public async Task Refusal_NamesTheWaitAndTheCallsThatAreBefore()
    {
        var lane = new Lane(8, _clock);
        for (var i = 0; i < 8; i++)
        {
            using var call = await lane.EnterAsync(new LaneCall("known"), Patience, CancellationToken.None);
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        using var running = await lane.EnterAsync(new LaneCall("a"), Patience, CancellationToken.None);
        _ = lane.EnterAsync(new LaneCall("b"), Patience, CancellationToken.None).AsTask();

        using var refused = await lane.EnterAsync(new LaneCall("c"), TimeSpan.FromSeconds(1), CancellationToken.None);

        Assert.Equal(ErrorCode.DeadlineExceeded, refused.Refusal!.Code);
        Assert.InRange(refused.Refusal.RetryAfter!.Value, TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(20)); // Two calls of nearly 10 s.
        Assert.Equal("b", Assert.Single(lane.Describe().Waiting).ActionId); // It did not wait in vain.
    }
}
