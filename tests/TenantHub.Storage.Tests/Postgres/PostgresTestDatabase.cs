using Microsoft.Extensions.Logging.Abstractions;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage.Postgres;

/// <summary>A database on the server that all tests share.</summary>
public sealed class PostgresTestDatabase : ITestDatabase<PostgresTestDatabase>
{
    private PostgresDatabase? _open;

    private PostgresTestDatabase(string connectionString) => ConnectionString = connectionString;

    public string ConnectionString { get; }

    public static async ValueTask<PostgresTestDatabase> CreateAsync() => new(await (await FixtureAsync()).CreateDatabaseAsync());

    /// <summary>Makes one without our tables.</summary>
    public static async Task<PostgresTestDatabase> CreateEmptyAsync() => new(await (await FixtureAsync()).CreateEmptyDatabaseAsync());

    internal PostgresDatabase Open()
    {
        _open?.Dispose();
        return _open = New();
    }

    ISqlDatabase ITestDatabase<PostgresTestDatabase>.Open() => Open();

    /// <summary>As another silo opens it.</summary>
    internal PostgresDatabase New() => new(ConnectionString, NullLogger<PostgresDatabase>.Instance);

    public void Dispose() => _open?.Dispose();

    private static async Task<PostgresFixture> FixtureAsync() =>
        await TestContext.Current.GetFixture<PostgresFixture>()
        ?? throw new InvalidOperationException("The assembly has no PostgreSQL server.");
}
