using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cluster;

/// <summary>Three hubs. Their tests kill and freeze them, and measure, so nothing else runs beside them.</summary>
public sealed class FleetFixture : IAsyncLifetime
{
    public ServerFleet Fleet { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Fleet = await StartAsync(3);

    public ValueTask DisposeAsync() => Fleet.DisposeAsync();

    internal static Task<ServerFleet> StartAsync(int hubs) =>
        ServerFleet.StartAsync(
            hubs,
            new Dictionary<string, string>
            {
                // The load must be limited by the hubs, not by Autodesk's published limits.
                ["TenantHub__Quotas__Limits__dm-folder-create"] = "100000",
                ["TenantHub__Quotas__Limits__dm-folder-contents"] = "100000",
                ["TenantHub__Quotas__Limits__dm-hubs"] = "100000",
            }
        );
}

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FleetCollection : ICollectionFixture<FleetFixture>
{
    public const string Name = "Fleet";
}

/// <summary>Tests with a fleet of their own, alone on the machine too.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OwnFleetCollection
{
    public const string Name = "Own fleet";
}
