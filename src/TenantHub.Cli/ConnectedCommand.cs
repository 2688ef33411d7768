using Microsoft.Extensions.DependencyInjection;
using Spectre.Console.Cli;
using TenantHub.Cli.Configuration;
using TenantHub.Cli.Login;
using TenantHub.Client;

namespace TenantHub.Cli;

/// <summary>A command that talks to TenantHub with the address and the key of a profile.</summary>
internal abstract class ConnectedCommand<TSettings> : AsyncCommand<TSettings>
    where TSettings : ConnectionSettings
{
    /// <summary>Gets how often a request is repeated.</summary>
    protected virtual int MaxRepeats => new TenantHubClientOptions().MaxRepeats;

    protected abstract Task<int> RunAsync(TenantHubClient hub, TSettings settings, CancellationToken cancellationToken);

    public override async Task<int> ExecuteAsync(CommandContext context, TSettings settings, CancellationToken cancellationToken)
    {
        var profile = ProfileFile.Read().Resolve(settings.Profile);
        await using var services = ClientServices.Create(profile, MaxRepeats);
        return await RunAsync(services.GetRequiredService<TenantHubClient>(), settings, cancellationToken);
    }
}

/// <summary>The client of one command.</summary>
internal static class ClientServices
{
    public static ServiceProvider Create(CliProfile profile, int? maxRepeats = null)
    {
        var services = new ServiceCollection();
        services
            .AddTenantHubClient(options =>
            {
                options.Address = Uri.TryCreate(profile.Address, UriKind.Absolute, out var uri) ? uri : null;
                options.ApiKey = profile.Key;
                options.MaxRepeats = maxRepeats ?? options.MaxRepeats;
            })
            .AddHttpMessageHandler(() => new FreshKeyHandler(profile));
        return services.BuildServiceProvider();
    }
}
