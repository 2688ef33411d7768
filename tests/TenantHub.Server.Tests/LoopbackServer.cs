using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server;

/// <summary>A server that may tell its events to this machine, for the tests that receive them.</summary>
[CollectionDefinition(Name)]
public sealed class LoopbackServer(ServerFixture fixture) : ICollectionFixture<LoopbackServer>, IAsyncLifetime
{
    public const string Name = "loopback hub";

    public ServerProcess Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Hub = await ServerProcess.StartAsync(
            fixture.Emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Events__AllowLoopback"] = "true" }
        );

    public ValueTask DisposeAsync() => Hub.DisposeAsync();
}
