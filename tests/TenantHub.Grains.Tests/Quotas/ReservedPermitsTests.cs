using Xunit;

namespace TenantHub.Quotas;

public sealed class ReservedPermitsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    [Fact]
    public void Permits_AreNumberedFromTheFirst_AndComeFromTheOldestBlock()
    {
        var reserved = new ReservedPermits(7);
        reserved.Add(1);
        reserved.Add(2);

        Assert.Equal([7L, 8L, 9L], Enumerable.Range(0, 3).Select(_ => reserved.Lend(TimeSpan.Zero)));
        Assert.Equal(0, reserved.Left);
    }

    [Fact]
    public void Permit_EndsOnce_AndTellsWhenItWasLent()
    {
        var reserved = new ReservedPermits(1);
        reserved.Add(1);
        var permit = reserved.Lend(TimeSpan.FromSeconds(3));

        Assert.Equal(TimeSpan.FromSeconds(3), reserved.End(permit, TimeSpan.FromSeconds(4)));
        Assert.Null(reserved.End(permit, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void OldestPermitThatIsNotEnded_ExpiresAfterTheLongestRequest()
    {
        var reserved = new ReservedPermits(1);
        reserved.Add(2);
        reserved.End(reserved.Lend(TimeSpan.Zero), TimeSpan.Zero);
        var lost = reserved.Lend(TimeSpan.FromSeconds(1));

        Assert.Null(reserved.NextExpired(Longest, Longest));
        Assert.Equal(lost, reserved.NextExpired(Longest + TimeSpan.FromSeconds(1), Longest));
        reserved.End(lost, Longest + TimeSpan.FromSeconds(1));
        Assert.Null(reserved.NextExpired(2 * Longest, Longest));
    }

    [Fact]
    public void Block_IsStoredWhole_UntilNothingOfItCanBeLent()
    {
        var reserved = new ReservedPermits(1);
        reserved.Add(2);
        var first = reserved.Lend(TimeSpan.Zero);
        Assert.Equal([(2, (TimeSpan?)null)], Snapshot(reserved, TimeSpan.Zero));
        var second = reserved.Lend(TimeSpan.Zero);
        Assert.Equal([(2, Longest + Minute)], Snapshot(reserved, TimeSpan.Zero));

        reserved.End(first, TimeSpan.FromSeconds(1));
        reserved.End(second, TimeSpan.FromSeconds(5));

        Assert.Equal([(2, TimeSpan.FromSeconds(65))], Snapshot(reserved, TimeSpan.FromSeconds(64)));
        Assert.Empty(Snapshot(reserved, TimeSpan.FromSeconds(65)));
    }

    [Fact]
    public void AtTheEnd_WhatWasNotLentDoesNotCount()
    {
        var reserved = new ReservedPermits(1);
        reserved.Add(10);
        reserved.End(reserved.Lend(TimeSpan.Zero), TimeSpan.FromSeconds(1));

        Assert.Equal([(1, TimeSpan.FromSeconds(61))], reserved.Snapshot(TimeSpan.FromSeconds(2), Minute, Longest, closing: true));
    }

    private static IReadOnlyList<(int Permits, TimeSpan? CountsUntil)> Snapshot(ReservedPermits reserved, TimeSpan now) =>
        reserved.Snapshot(now, Minute, Longest, closing: false);
}
