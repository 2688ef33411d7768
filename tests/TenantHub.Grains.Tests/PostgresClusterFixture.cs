using TenantHub.Testing;
using Xunit;

namespace TenantHub;

/// <summary>The same cluster on PostgreSQL.</summary>
public sealed class PostgresClusterFixture : IAsyncLifetime
{
    private PostgresServer _database = null!;

    public HubCluster Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresServer.StartAsync();
        Hub = await HubCluster.StartAsync(connectionString: await _database.CreateDatabaseAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await _database.DisposeAsync();
    }
}
