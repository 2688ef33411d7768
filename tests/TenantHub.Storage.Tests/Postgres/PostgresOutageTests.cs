using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TenantHub.Storage.Sql;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Storage.Postgres;

/// <summary>A server that goes away and comes back, and settings that do not fit it.</summary>
public sealed class PostgresOutageTests(PostgresFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ServerThatRestarts_IsUsedAgainWithoutAFailedStatement()
    {
        await using var server = await PostgresServer.StartAsync();
        using var database = Database(await server.CreateDatabaseAsync());
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => CountAsync(database))); // Ten pooled connections, which the restart kills.

        await server.StopAsync();
        var stopped = await Assert.ThrowsAsync<StorageException>(() => CountAsync(database));
        var refused = await Assert.ThrowsAsync<StorageException>(() => InsertAsync(database, "lost"));
        await server.StartAgainAsync();
        var counts = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => CountAsync(database)));
        await InsertAsync(database, "kept");

        Assert.All([stopped, refused], fault => Assert.Contains("does not answer", fault.Message, StringComparison.Ordinal));
        Assert.All(counts, count => Assert.Equal(0, count));
        Assert.Equal(1, await CountAsync(database));
    }

    [Fact]
    public async Task KilledServer_HasEveryWriteThatWasAnswered()
    {
        await using var server = await PostgresServer.StartAsync();
        using var database = Database(await server.CreateDatabaseAsync());
        for (var i = 0; i < 20; i++)
            await InsertAsync(database, $"k{i}");

        await server.KillAsync();
        await Assert.ThrowsAsync<StorageException>(() => InsertAsync(database, "lost"));
        await server.StartAgainAsync();

        Assert.Equal(20, await CountAsync(database));
    }

    [Fact]
    public async Task ConnectionsThatTheServerCloses_AreReplacedUnnoticed()
    {
        var connectionString = await fixture.CreateDatabaseAsync();
        using var database = Database(connectionString);
        await InsertAsync(database, "before");
        await using (var admin = new NpgsqlConnection(connectionString + ";Pooling=false"))
        {
            await admin.OpenAsync(Cancel);
            await admin.ExecuteAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
                Cancel
            );
        }

        await InsertAsync(database, "after");

        Assert.Equal(2, await CountAsync(database));
    }

    /// <summary>A silo that freezes in the middle of a write would keep its locks, and those who take over would wait until it
    /// wakes.</summary>
    [Fact]
    public async Task SiloThatFreezesInAWrite_IsWaitedForOnlyShortly()
    {
        var connectionString = await fixture.CreateDatabaseAsync();
        using var one = Database(connectionString);
        using var other = Database(connectionString);
        await InsertAsync(one, "shared");
        var (held, woken) = (new TaskCompletionSource(), new TaskCompletionSource());
        var frozen = one.WriteAsync(
            async (connection, cancellation) =>
            {
                var rows = await UpdateAsync(connection, 2, cancellation);
                held.SetResult();
                await woken.Task;
                return rows;
            },
            Cancel
        );
        await held.Task;

        await other.WriteAsync((connection, cancellation) => UpdateAsync(connection, 3, cancellation), Cancel);
        woken.SetResult();
        var fault = await Assert.ThrowsAsync<StorageException>(() => frozen);

        Assert.Contains("Nothing was stored", fault.Message, StringComparison.Ordinal);
        Assert.Equal(
            3,
            await one.ReadAsync(
                (connection, cancellation) =>
                    connection.FirstAsync("SELECT version FROM grain_state", row => row.GetInt64(0), cancellation),
                Cancel
            )
        );

        static Task<int> UpdateAsync(System.Data.Common.DbConnection connection, long version, CancellationToken cancellation) =>
            connection.ExecuteAsync("UPDATE grain_state SET version = @version", cancellation, ("@version", version));
    }

    [Theory]
    [InlineData("Password", "wrong-planted", "refuses the user or the password")]
    [InlineData("Database", "missing", "does not exist")]
    [InlineData("Port", "1", "does not answer")]
    public async Task WrongSetting_IsNamedAndNoPasswordIsShown(string key, string value, string message)
    {
        var settings = new NpgsqlConnectionStringBuilder(await fixture.CreateDatabaseAsync()) { [key] = value };
        using var database = Database(settings.ConnectionString);

        var fault = await Assert.ThrowsAsync<StorageException>(() => database.ReadyAsync(Cancel));

        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", fault.ToString(), StringComparison.Ordinal);
    }

    private static PostgresDatabase Database(string connectionString) => new(connectionString, NullLogger<PostgresDatabase>.Instance);

    private static Task<long> CountAsync(PostgresDatabase database) =>
        database.ReadAsync(
            (connection, cancellation) => connection.FirstAsync("SELECT count(*) FROM grain_state", row => row.GetInt64(0), cancellation),
            Cancel
        );

    private static Task<int> InsertAsync(PostgresDatabase database, string id) =>
        database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync("INSERT INTO grain_state VALUES('test', @id, 1, NULL, '')", cancellation, ("@id", id)),
            Cancel
        );
}
