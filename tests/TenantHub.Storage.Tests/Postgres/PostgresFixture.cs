using TenantHub.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(TenantHub.Storage.Postgres.PostgresFixture))]

namespace TenantHub.Storage.Postgres;

/// <summary>
/// One server for all tests that do not stop it, started when the first of them asks for a database: a run without them needs no
/// PostgreSQL. Each test has a database of its own.
/// </summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartAsync());

    public async Task<string> CreateDatabaseAsync() => await (await _server.Value).CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
            await (await _server.Value).DisposeAsync();
    }
}
