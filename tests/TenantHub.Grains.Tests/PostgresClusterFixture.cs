using TenantHub.Testing;
using Xunit;

namespace TenantHub;

/// <summary>The same cluster on PostgreSQL.</summary>
public sealed class PostgresClusterFixture : IAsyncLifetime
{
    public PostgresServer Database { get; private set; } = null!;

    public string ConnectionString { get; private set; } = null!;

    public SiloCluster Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await PostgresServer.StartAsync();
        ConnectionString = await Database.CreateDatabaseAsync();
        Hub = await SiloCluster.StartAsync(connectionString: ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Database.DisposeAsync();
    }
}
