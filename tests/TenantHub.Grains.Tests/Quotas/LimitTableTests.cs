using Xunit;

namespace TenantHub.Quotas;

public sealed class LimitTableTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Operator_GoesBeforeSettings_AndTheseGoBeforeTheCatalog()
    {
        var bare = new LimitTable(50, LimitSource.Default);
        var settled = new LimitTable(50, LimitSource.Published, settings: 40);
        var operated = new LimitTable(50, LimitSource.Published, settings: 40);
        operated.SetByOperator(60);

        Assert.Equal(new(LimitSource.Default, 50), bare.InForce);
        Assert.Equal(new(LimitSource.Settings, 40), settled.InForce);
        Assert.Equal(new(LimitSource.Operator, 60), operated.InForce);
        Assert.Equal(60, operated.Operator);
    }

    [Fact]
    public void OperatorWhoTakesTheLimitBack_LeavesItToTheOthers()
    {
        var limits = new LimitTable(50, settings: 40);
        limits.SetByOperator(60);

        limits.SetByOperator(null);

        Assert.Equal(new(LimitSource.Settings, 40), limits.InForce);
        Assert.Null(limits.Operator);
    }

    [Fact]
    public void LearnedLimit_HoldsWhileItIsLower_AndTheSetOneIsStillTold()
    {
        var limits = new LimitTable(100);

        limits.Learn(accepted: 70, sentAt: TimeSpan.Zero, now: TimeSpan.Zero);

        Assert.Equal(new(LimitSource.Learned, 70), limits.InForce);
        Assert.Equal(new(LimitSource.Published, 100), limits.Set);
    }

    [Fact]
    public void OperatorKnowsBetter_UntilTheNextRefusal()
    {
        var limits = new LimitTable(100);
        limits.Learn(accepted: 70, sentAt: TimeSpan.Zero, now: TimeSpan.FromSeconds(1));

        limits.Unlearn();
        Assert.Equal(new(LimitSource.Published, 100), limits.InForce);
        limits.Learn(accepted: 80, sentAt: TimeSpan.Zero, now: TimeSpan.FromSeconds(2));

        Assert.Equal(80, limits.Learned);
    }

    [Theory]
    [InlineData(100, 30, 50)] // By half at most.
    [InlineData(100, 120, 100)] // Never above what holds.
    [InlineData(1, 0, 1)] // Never none.
    public void LearnedLimit_IsWhatWasAccepted_WithinBounds(int limit, int accepted, int learned)
    {
        var limits = new LimitTable(limit);

        limits.Learn(accepted, sentAt: TimeSpan.Zero, now: TimeSpan.Zero);

        Assert.Equal(learned, limits.InForce.Value);
    }

    [Fact]
    public void BurstOfRefusals_IsOneLesson_AndALaterRefusalIsAnother()
    {
        var limits = new LimitTable(100);
        limits.Learn(accepted: 60, sentAt: TimeSpan.Zero, now: TimeSpan.FromSeconds(2));

        limits.Learn(accepted: 10, sentAt: TimeSpan.FromSeconds(1), now: TimeSpan.FromSeconds(3));
        Assert.Equal(60, limits.Learned);
        limits.Learn(accepted: 10, sentAt: TimeSpan.FromSeconds(2), now: TimeSpan.FromSeconds(3));

        Assert.Equal(30, limits.Learned);
    }

    [Fact]
    public void EveryWindow_GivesATenthOfTheSetLimitBack_UntilNothingIsLeftOfTheLesson()
    {
        var limits = new LimitTable(100);
        limits.Learn(accepted: 75, sentAt: TimeSpan.Zero, now: TimeSpan.Zero);

        limits.Recover(TimeSpan.FromSeconds(59.9), Minute);
        Assert.Equal(75, limits.Learned);
        limits.Recover(2 * Minute, Minute);
        Assert.Equal(95, limits.Learned);
        limits.Recover(3 * Minute, Minute);

        Assert.Equal(new(LimitSource.Published, 100), limits.InForce);
    }

    [Fact]
    public void OperatorWhoSetsLessThanWasLearnt_EndsTheLesson()
    {
        var limits = new LimitTable(100);
        limits.Learn(accepted: 60, sentAt: TimeSpan.Zero, now: TimeSpan.Zero);

        limits.SetByOperator(60);

        Assert.Equal(new(LimitSource.Operator, 60), limits.InForce);
    }

    [Fact]
    public void WhatAnEarlierActivationHasLearnt_HoldsOnlyBelowTheSetLimit()
    {
        var (lower, higher) = (new LimitTable(100), new LimitTable(100));

        lower.Restore(99, TimeSpan.Zero);
        higher.Restore(100, TimeSpan.Zero);

        Assert.Equal(new(LimitSource.Learned, 99), lower.InForce);
        Assert.Equal(new(LimitSource.Published, 100), higher.InForce);
    }
}
