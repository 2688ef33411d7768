using TenantHub.Testing;
using Xunit;

namespace TenantHub.Storage.Sqlite;

public sealed class SqliteCallLogTests : CallLogSuite<SqliteFile>
{
    [Fact]
    public async Task DatabaseThatRefuses_IsAskedAgain_AndNothingIsLost()
    {
        var cancel = TestContext.Current.CancellationToken;
        var database = Database.Open(TimeSpan.FromSeconds(1));
        await database.ReadyAsync(cancel);
        var log = New(database: database);
        var refused = Database.HoldWriteLock();
        await log.StartAsync(cancel);
        log.Append(Record(0));
        await Assert.ThrowsAsync<StorageException>(() => database.WriteAsync((_, _) => Task.FromResult(0), cancel)); // The lock outlasted the writer's patience.

        refused.Dispose();
        log.Append(Record(1));
        await database.WriteAsync((_, _) => Task.FromResult(0), cancel);
        await Until.TrueAsync(() => log.Stored == 2, "two records are stored");
        await log.StopAsync(cancel);

        Assert.Equal(2, (await log.ListAsync(new(), cancel)).Count);
        Assert.Equal(0, log.Dropped);
    }
}
