using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Orleans.TestingHost;

namespace TenantHub.Storage;

/// <summary>A silo with the hub's storage and nothing else of the hub.</summary>
internal sealed class StorageSilo : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private StorageSilo(InProcessTestCluster cluster) => _cluster = cluster;

    public IServiceProvider Services => _cluster.Silos[0].ServiceProvider;

    public IGrainStorage Storage => Services.GetRequiredKeyedService<IGrainStorage>("Default");

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public static async Task<StorageSilo> StartAsync(string directory, params (string Key, string Value)[] settings)
    {
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 1);
        builder.ConfigureHost(host =>
        {
            host.Configuration["TenantHub:DataDirectory"] = directory;
            foreach (var (key, value) in settings)
                host.Configuration[key] = value;
        });
        builder.ConfigureSilo((_, silo) => silo.AddTenantHubStorage().AddTenantHubStorage());
        var cluster = builder.Build();
        try
        {
            await cluster.DeployAsync();
            return new StorageSilo(cluster);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
