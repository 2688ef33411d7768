using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace TenantHub.Health;

public sealed class SiloHealthTests
{
    /// <summary>Another silo ends when this one has the database and it has not: what was so two seconds ago is no witness.</summary>
    [Fact]
    public void DatabaseThatAnsweredLately_IsThere_AndNotWhenTheSiloHasStoodStillSince()
    {
        var clock = new FakeTimeProvider();
        var health = new SiloHealth(clock);
        Assert.False(health.HasDatabase);

        health.DatabaseAsked(clock.GetTimestamp(), answered: true);
        clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.True(health.HasDatabase);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(health.HasDatabase);
    }

    /// <summary>A look takes longer while other silos are silent; that says nothing of the database.</summary>
    [Fact]
    public void Database_IsSilentOnceItDoesNotAnswer_AndNotForWantOfAQuestion()
    {
        var clock = new FakeTimeProvider();
        var health = new SiloHealth(clock);
        health.DatabaseAsked(clock.GetTimestamp(), answered: true);
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(health.IsDatabaseSilent);

        health.DatabaseAsked(clock.GetTimestamp(), answered: false);
        Assert.True(health.IsDatabaseSilent);

        health.DatabaseAsked(clock.GetTimestamp(), answered: true);
        Assert.False(health.IsDatabaseSilent);
    }
}
