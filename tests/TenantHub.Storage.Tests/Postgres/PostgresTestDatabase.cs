using Microsoft.Extensions.Logging.Abstractions;
using TenantHub.Testing;

namespace TenantHub.Storage.Postgres;

/// <summary>One database of a test. Opening closes what was open before, so the next reader meets the database, not a cache.</summary>
internal sealed class PostgresTestDatabase : IDisposable
{
    private PostgresDatabase? _open;

    private PostgresTestDatabase(string connectionString) => ConnectionString = connectionString;

    public string ConnectionString { get; }

    public static async Task<PostgresTestDatabase> CreateAsync(PostgresServer server) => new(await server.CreateDatabaseAsync());

    public PostgresDatabase Open()
    {
        _open?.Dispose();
        return _open = New();
    }

    /// <summary>As another hub opens it.</summary>
    public PostgresDatabase New() => new(ConnectionString, NullLogger<PostgresDatabase>.Instance);

    public void Dispose() => _open?.Dispose();
}
