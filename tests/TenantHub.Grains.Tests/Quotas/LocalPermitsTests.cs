using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using TenantHub.Telemetry;
using Xunit;

namespace TenantHub.Quotas;

/// <summary>Permits without a message; the books are those that the grain keeps.</summary>
public sealed class LocalPermitsTests
{
    private const int Limit = 100;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _clock = new();
    private readonly PermitLedger _ledger = new(
        new LimitTable(Limit, LimitSource.Published, null),
        new Pause(Minute),
        Minute,
        Minute * 2,
        firstPermit: 1
    );

    [Fact]
    public void PermitsOfAStoredBlock_AreLent_UntilTheNextBlockIsWanted()
    {
        var permits = Permits();
        Assert.Null(permits.TryLend()); // Nothing is stored yet: that is the grain's to do.
        StoreBlock();

        var lent = Enumerable.Range(0, 6).Select(_ => permits.TryLend()?.Permit).ToList();

        Assert.Equal([1, 2, 3, 4, 5, null], lent); // A block is a tenth; when half of it is lent the grain is asked, and stores the next.
        Assert.Equal(5, _ledger.Used);
    }

    [Fact]
    public void Permit_TellsWhatIsLeftOfTheLimit()
    {
        var permits = Permits();
        StoreBlock();

        Assert.Equal(Limit - 1, permits.TryLend()!.State.Remaining);
    }

    [Fact]
    public void NobodyPassesThoseWhoWait_AndThePermitThatServesThemEndsAtTheGrain()
    {
        var permits = Permits();
        StoreBlock();
        var lent = permits.TryLend()!.Permit!.Value;
        _ledger.Enqueue("a", 1);

        Assert.Null(permits.TryLend());
        Assert.False(permits.TryEnd(lent, PermitUse.Sent));
        Assert.Equal(1, _ledger.Running);
    }

    [Fact]
    public void EndedPermit_CountsForAWindow_AndOneThatWasNotUsedDoesNot()
    {
        var permits = Permits();
        StoreBlock();
        var (sent, unused) = (permits.TryLend()!.Permit!.Value, permits.TryLend()!.Permit!.Value);

        Assert.True(permits.TryEnd(sent, PermitUse.Sent));
        Assert.True(permits.TryEnd(unused, PermitUse.Unused));

        Assert.Equal((0, 1), (_ledger.Running, _ledger.Used));
        _clock.Advance(Minute);
        _ledger.Refresh(permits.Now);
        Assert.Equal(0, _ledger.Used);
    }

    [Fact]
    public void Refusal_IsToldToTheGrain_WhichPausesAndStores()
    {
        var permits = Permits();
        StoreBlock();
        var lent = permits.TryLend()!.Permit!.Value;

        Assert.False(permits.TryEnd(lent, PermitUse.RateLimited));
        Assert.Equal(1, _ledger.Running);
    }

    [Fact]
    public void ClosedBooks_LendNothing_AndStoreWhatWasLentOnly()
    {
        var permits = Permits();
        StoreBlock();
        permits.TryLend();

        var last = permits.Close();

        Assert.Null(permits.TryLend());
        Assert.Equal(1, Assert.Single(last.Blocks).Permits);
    }

    [Fact]
    public void AccountsOnManyThreads_GetEveryPermitOnce_AndNoMoreThanAreStored()
    {
        var permits = Permits();
        StoreBlock();
        var lent = new ConcurrentBag<long>();

        Parallel.For(
            0,
            8,
            _ =>
            {
                while (permits.TryLend()?.Permit is { } permit)
                    lent.Add(permit);
            }
        );

        Assert.Equal([1, 2, 3, 4, 5], lent.Order());
    }

    [Fact]
    public void ActivationThatEnds_TakesOutItselfOnly()
    {
        var (here, first, second) = (new LocalQuotas(), Permits(), Permits());
        here.Open("app", "dm-hub", first);
        here.Open("app", "dm-hub", second);

        here.Close("app", "dm-hub", first);

        Assert.Same(second, here.Find("app", "dm-hub"));
        Assert.Null(here.Find("other", "dm-hub"));
    }

    private LocalPermits Permits() => new(_ledger, new QuotaReading(Minute), "dm-hub", _clock);

    private void StoreBlock() => _ledger.AddBlock(_ledger.Store(TimeSpan.Zero, _clock.GetUtcNow()).NewBlock);
}
