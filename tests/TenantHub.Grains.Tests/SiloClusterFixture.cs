using TenantHub.Testing;
using Xunit;

namespace TenantHub;

/// <summary>A cluster for the tests of one class, which run one after the other because they share its clock.</summary>
public sealed class SiloClusterFixture : IAsyncLifetime
{
    public SiloCluster Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Hub = await SiloCluster.StartAsync();

    public ValueTask DisposeAsync() => Hub.DisposeAsync();
}
