using Microsoft.Extensions.DependencyInjection;
using TenantHub.Client;
using TenantHub.Testing;

namespace TenantHub.Server.Client;

/// <summary>The published client, as a backend registers it.</summary>
internal static class ServerClients
{
    public static TenantHubClient Client(
        this ServerFixture fixture,
        string key = ServerProcess.AdminKey,
        Uri? address = null,
        int repeats = 3
    )
    {
        var services = new ServiceCollection();
        services.AddTenantHubClient(options =>
        {
            options.Address = address ?? fixture.Hub.Address;
            options.ApiKey = key;
            options.MaxRepeats = repeats;
        });
        return services.BuildServiceProvider().GetRequiredService<TenantHubClient>();
    }
}
