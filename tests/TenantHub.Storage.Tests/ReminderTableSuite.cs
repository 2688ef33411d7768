using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;
using Xunit;

namespace TenantHub.Storage;

public sealed class SqliteReminderTableTests : ReminderTableSuite<SqliteFile>;

public sealed class PostgresReminderTableTests : ReminderTableSuite<PostgresTestDatabase>;

/// <summary>What Orleans asks of a table of reminders, whatever the database.</summary>
public abstract class ReminderTableSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private static readonly GrainId Key = GrainId.Create("account", "acc_1");

    [Fact]
    public async Task Reminder_IsReadBackAfterARestart()
    {
        var entry = Entry(Key, "verify");
        var etag = await Table().UpsertRow(entry);

        var read = await Table().ReadRow(Key, "verify");

        Assert.Equal(
            (Key, "verify", entry.StartAt, entry.Period, etag),
            (read!.GrainId, read.ReminderName, read.StartAt, read.Period, read.ETag)
        );
        Assert.Equal(DateTimeKind.Utc, read.StartAt.Kind);
        Assert.Null(await Table().ReadRow(Key, "other"));
    }

    [Fact]
    public async Task SecondUpsert_ReplacesTheFirst()
    {
        var table = Table();
        var first = await table.UpsertRow(Entry(Key, "verify"));
        var second = await table.UpsertRow(Entry(Key, "verify", period: TimeSpan.FromHours(3)));

        var read = Assert.Single((await table.ReadRows(Key)).Reminders);
        Assert.Equal((TimeSpan.FromHours(3), second), (read.Period, read.ETag));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task Removal_NeedsTheETagOfTheRowThatIsThere()
    {
        var table = Table();
        var stale = await table.UpsertRow(Entry(Key, "verify"));
        var current = await table.UpsertRow(Entry(Key, "verify"));

        Assert.False(await table.RemoveRow(Key, "verify", stale!));
        Assert.True(await table.RemoveRow(Key, "verify", current!));
        Assert.False(await table.RemoveRow(Key, "verify", current!));
        Assert.Empty((await table.ReadRows(Key)).Reminders);
    }

    [Fact]
    public async Task RangeOfHashes_LeavesOutItsBeginAndMayGoRoundTheEnd()
    {
        var table = Table();
        var grains = Enumerable
            .Range(0, 20)
            .Select(i => GrainId.Create("account", $"acc_{i}"))
            .OrderBy(grain => grain.GetUniformHashCode())
            .ToList();
        foreach (var grain in grains)
            await table.UpsertRow(Entry(grain, "verify"));

        var inner = (await table.ReadRows(grains[4].GetUniformHashCode(), grains[9].GetUniformHashCode())).Reminders;
        var around = (await table.ReadRows(grains[15].GetUniformHashCode(), grains[2].GetUniformHashCode())).Reminders;
        var all = (await table.ReadRows(0, 0)).Reminders;

        Assert.Equal(grains[5..10], inner.Select(entry => entry.GrainId).OrderBy(grain => grain.GetUniformHashCode()));
        Assert.Equal([.. grains[..3], .. grains[16..]], around.Select(entry => entry.GrainId).OrderBy(grain => grain.GetUniformHashCode()));
        Assert.Equal(20, all.Count);
    }

    private SqlReminderTable Table() => new(Open());

    private static ReminderEntry Entry(GrainId grain, string name, TimeSpan? period = null) =>
        new()
        {
            GrainId = grain,
            ReminderName = name,
            StartAt = new DateTime(2026, 11, 25, 9, 0, 0, 123, DateTimeKind.Utc),
            Period = period ?? TimeSpan.FromMinutes(2),
        };
}
