using Microsoft.Extensions.DependencyInjection;
using Spectre.Console.Cli;
using TenantHub.Cli.Configuration;
using TenantHub.Client;

namespace TenantHub.Cli;

/// <summary>A command that talks to TenantHub with the address and the key of a profile.</summary>
internal abstract class ConnectedCommand<TSettings> : AsyncCommand<TSettings>
    where TSettings : ConnectionSettings
{
    protected abstract Task<int> RunAsync(TenantHubClient hub, TSettings settings, CancellationToken cancellationToken);

    public override async Task<int> ExecuteAsync(CommandContext context, TSettings settings, CancellationToken cancellationToken)
    {
        var profile = ProfileFile.Read().Resolve(settings.Profile);
        await using var services = ClientServices.Create(profile.Address, profile.Key);
        return await RunAsync(services.GetRequiredService<TenantHubClient>(), settings, cancellationToken);
    }
}

/// <summary>The client of one command.</summary>
internal static class ClientServices
{
    public static ServiceProvider Create(string address, string key)
    {
        var services = new ServiceCollection();
        services.AddTenantHubClient(options =>
        {
            options.Address = Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri : null;
            options.ApiKey = key;
        });
        return services.BuildServiceProvider();
    }
}
