using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage.Postgres;

public sealed class PostgresPulseTests : DatabaseSuite<PostgresTestDatabase>
{
    [Theory]
    [InlineData(300, true)]
    [InlineData(-300, true)]
    [InlineData(0, false)]
    public async Task ClockThatIsOff_IsSeen(int seconds, bool isOff)
    {
        await Open().ReadyAsync(Cancel); // To make the tables takes longer than a pulse waits.
        using var pulse = NewPulse(new ShiftedClock(TimeSpan.FromSeconds(seconds)));

        var offset = (await pulse.AskAsync()).ClockOffset!.Value;

        Assert.Equal(isOff, ClockLimits.IsOff(offset));
        Assert.Equal(Math.Sign(seconds), isOff ? Math.Sign(offset.TotalSeconds) : 0);
    }

    [Fact]
    public async Task ServerThatIsNotThere_IsSilent()
    {
        using var pulse = NewPulse(
            TimeProvider.System,
            new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Port = 1 }.ToString()
        );

        Assert.Equal(DatabaseState.Silent, (await pulse.AskAsync()).State);
    }

    [Fact]
    public async Task DatabaseThatDoesNotExist_Refuses_AndItsFaultIsTold()
    {
        using var pulse = NewPulse(
            TimeProvider.System,
            new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Database = "none" }.ToString()
        );

        var reading = await pulse.AskAsync();

        Assert.Equal(DatabaseState.Refuses, reading.State);
        Assert.Contains("does not exist", reading.Fault, StringComparison.Ordinal);
    }

    /// <summary>The row says what the database was; a silo that starts after the fail-over must find it out too.</summary>
    [Fact]
    public async Task OtherHistory_IsNoticed_ByEverySiloThatComes()
    {
        await Open().ReadyAsync(Cancel);
        using (var before = NewPulse(TimeProvider.System))
        {
            await before.AskAsync();
            Assert.Null(before.HistoryChangedAt);
        }

        await Open()
            .WriteAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync("UPDATE database_history SET history = 'other/00000001'", cancellation),
                Cancel
            );
        using var first = NewPulse(TimeProvider.System);
        using var second = NewPulse(TimeProvider.System);
        await first.AskAsync();
        await second.AskAsync();

        Assert.NotNull(first.HistoryChangedAt);
        Assert.Equal(first.HistoryChangedAt, second.HistoryChangedAt);
    }

    /// <summary>A copy of the database's files from an hour ago has its identifier and timeline, and a shorter log. Every silo looks then, also
    /// one that comes later.</summary>
    [Fact]
    public async Task OlderCopyInItsPlace_IsNoticed()
    {
        await Open().ReadyAsync(Cancel);
        var database = Database.New();
        var here = new DatabaseHistory(database, TimeProvider.System, NullLogger<DatabaseHistory>.Instance);
        await here.SeeAsync("1/00000001", written: 1000, Cancel);
        await here.SeeAsync("1/00000001", written: 2000, Cancel);
        Assert.Null(here.ChangedAt);

        await here.SeeAsync("1/00000001", written: 1999, Cancel);
        var later = new DatabaseHistory(database, TimeProvider.System, NullLogger<DatabaseHistory>.Instance);
        await later.SeeAsync("1/00000001", written: 2500, Cancel);

        Assert.NotNull(here.ChangedAt);
        Assert.Equal(here.ChangedAt, later.ChangedAt);
        database.Dispose();
    }

    [Fact]
    public async Task DatabaseThatTakesNoWrites_Refuses()
    {
        await Open().ReadyAsync(Cancel);
        using var pulse = NewPulse(TimeProvider.System, Database.ConnectionString + ";Options=-c default_transaction_read_only=on");

        var reading = await pulse.AskAsync();

        Assert.Equal(DatabaseState.Refuses, reading.State);
        Assert.Contains("read-only", reading.Fault, StringComparison.Ordinal);
    }

    private DatabasePulse NewPulse(TimeProvider clock, string? connectionString = null)
    {
        var database = Database.New();
        var history = new DatabaseHistory(database, TimeProvider.System, NullLogger<DatabaseHistory>.Instance);
        return new(database, connectionString ?? Database.ConnectionString, history, clock);
    }

    private sealed class ShiftedClock(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;
    }
}
