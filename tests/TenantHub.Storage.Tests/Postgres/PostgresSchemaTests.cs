using Npgsql;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage.Postgres;

public sealed class PostgresSchemaTests : IAsyncLifetime
{
    private PostgresTestDatabase _database = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await PostgresTestDatabase.CreateEmptyAsync();

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task FreshDatabase_GetsTheLatestVersionAndOrleansTables()
    {
        var database = _database.Open();

        await database.ReadyAsync(Cancel);

        Assert.Equal(Schema.Latest, await ScalarAsync<int>("SELECT version FROM schema_version"));
        Assert.True(await ScalarAsync<long>("SELECT count(*) FROM OrleansQuery") >= 8);
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM pg_indexes WHERE indexname = 'accounts_by_text'"));
    }

    [Fact]
    public async Task StartsAtOnce_AllSucceed()
    {
        var silos = Enumerable.Range(0, 6).Select(_ => _database.New()).ToList();

        await Task.WhenAll(silos.Select(silo => silo.ReadyAsync(Cancel)));

        Assert.Equal(Schema.Latest, await ScalarAsync<int>("SELECT version FROM schema_version"));
        silos.ForEach(silo => silo.Dispose());
    }

    /// <summary>Every version that ever was is brought to the next one, as when each release is installed in turn.</summary>
    [Fact]
    public async Task EveryEarlierVersion_IsBroughtUpToDateWithItsData()
    {
        string[] steps = [.. Schema.Steps.Select(step => step.Postgres)];
        await using var connection = await OpenAsync(_database.ConnectionString);
        await PostgresSchema.ApplyAsync(connection, steps[..1], Cancel);
        await ExecuteAsync(connection, "INSERT INTO grain_state VALUES('a', 'b', 7, NULL, '')");

        for (var version = 1; version < steps.Length; version++)
            Assert.Equal(version, await PostgresSchema.ApplyAsync(connection, steps[..(version + 1)], Cancel));

        Assert.Equal(steps.Length, await PostgresSchema.ApplyAsync(connection, Cancel));
        Assert.Equal(7L, await connection.FirstAsync("SELECT version FROM grain_state", row => row.GetInt64(0), Cancel));
    }

    [Fact]
    public async Task FailedStep_UndoesTheStepsBeforeIt()
    {
        await using var connection = await OpenAsync(_database.ConnectionString);

        await Assert.ThrowsAsync<PostgresException>(() =>
            PostgresSchema.ApplyAsync(connection, ["CREATE TABLE t(a int)", "CREATE TABLE"], Cancel)
        );

        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Theory]
    [InlineData(0, "relation \"grain_state\" already exists")]
    [InlineData(11, "duplicate key value violates unique constraint \"orleansquery_key\"")]
    [InlineData(29, "relation \"recorded_calls\" already exists")]
    public async Task VersionBelowWhatTheTablesAre_IsTold_AndNothingChanged(int version, string what)
    {
        await _database.Open().ReadyAsync(Cancel);
        await using (var connection = await OpenAsync(_database.ConnectionString))
            await ExecuteAsync(connection, $"UPDATE schema_version SET version = {version}");

        var fault = await Assert.ThrowsAsync<StorageException>(() => _database.Open().ReadyAsync(Cancel));

        Assert.Contains(
            $"has schema version {version}, and something of a later one is there already",
            fault.Message,
            StringComparison.Ordinal
        );
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
        Assert.Equal(version, await ScalarAsync<int>("SELECT version FROM schema_version"));
    }

    [Theory]
    [InlineData("TRUE")]
    [InlineData("QueryKey = 'MembershipReadAllKey'")]
    [InlineData("QueryKey = 'WriteToStorageKey'")]
    public async Task OrleansStatementsThatAreGone_ArePutBack(string gone)
    {
        await _database.Open().ReadyAsync(Cancel);
        const string all = "SELECT string_agg(QueryKey || QueryText, '|' ORDER BY QueryKey) FROM OrleansQuery";
        var before = await ScalarAsync<string>(all);
        await using (var connection = await OpenAsync(_database.ConnectionString))
            Assert.NotEqual(0, await ExecuteAsync(connection, $"DELETE FROM OrleansQuery WHERE {gone}"));

        await _database.Open().ReadyAsync(Cancel);

        Assert.Equal(before, await ScalarAsync<string>(all));
    }

    /// <summary>What somebody has changed on purpose is left alone.</summary>
    [Fact]
    public async Task OrleansStatementThatIsAnotherOne_Stays()
    {
        await _database.Open().ReadyAsync(Cancel);
        await using (var connection = await OpenAsync(_database.ConnectionString))
            await ExecuteAsync(
                connection,
                "DELETE FROM OrleansQuery WHERE QueryKey = 'ClearStorageKey'; UPDATE OrleansQuery SET QueryText = 'mine' WHERE QueryKey = 'GatewaysQueryKey'"
            );

        await _database.Open().ReadyAsync(Cancel);

        Assert.Equal("mine", await ScalarAsync<string>("SELECT QueryText FROM OrleansQuery WHERE QueryKey = 'GatewaysQueryKey'"));
    }

    [Fact]
    public async Task EmptyVersion_IsNamedAsDamaged()
    {
        await _database.Open().ReadyAsync(Cancel);
        await using var connection = await OpenAsync(_database.ConnectionString);
        await ExecuteAsync(connection, "DELETE FROM schema_version");

        var fault = await Assert.ThrowsAsync<StorageException>(() => _database.Open().ReadyAsync(Cancel));

        Assert.Contains("schema_version is empty", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewerSchema_IsRefusedAndLeftAsItIs()
    {
        await _database.Open().ReadyAsync(Cancel);
        await using (var connection = await OpenAsync(_database.ConnectionString))
            await ExecuteAsync(connection, "UPDATE schema_version SET version = 99");

        var fault = await Assert.ThrowsAsync<StorageException>(() => _database.Open().ReadyAsync(Cancel));

        Assert.Contains("schema version 99", fault.Message, StringComparison.Ordinal);
        Assert.Equal(99, await ScalarAsync<int>("SELECT version FROM schema_version"));
    }

    /// <summary>A role that may neither create tables nor extensions can still run a silo, on tables that another role has made.</summary>
    [Fact]
    public async Task RoleThatMayNotCreate_RunsOnTablesThatAreThere()
    {
        await _database.Open().ReadyAsync(Cancel);
        var limited = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Username = "limited", Password = "limited" };
        await using (var connection = await OpenAsync(_database.ConnectionString))
        {
            await ExecuteAsync(
                connection,
                "CREATE ROLE limited LOGIN PASSWORD 'limited'; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO limited"
            );
        }

        using var database = new PostgresDatabase(
            limited.ConnectionString,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<PostgresDatabase>.Instance
        );

        Assert.Equal(
            0,
            await database.ReadAsync(
                (connection, cancellation) => connection.FirstAsync("SELECT count(*) FROM accounts", row => row.GetInt64(0), cancellation),
                Cancel
            )
        );
    }

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await OpenAsync(_database.ConnectionString);
        return (await connection.FirstAsync(sql, row => row.GetFieldValue<T>(0), Cancel))!;
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Cancel);
        return connection;
    }

    private static Task<int> ExecuteAsync(NpgsqlConnection connection, string sql) => connection.ExecuteAsync(sql, Cancel);
}
