using TenantHub.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(TenantHub.Storage.Postgres.PostgresFixture))]

namespace TenantHub.Storage.Postgres;

/// <summary>One server for all tests that do not stop it; each test has a database of its own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
