using System.ComponentModel;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console.Cli;
using TenantHub.Cli.Configuration;
using TenantHub.Client;

namespace TenantHub.Cli.Login;

internal sealed class LoginSettings : CommandSettings
{
    [CommandArgument(0, "<ADDRESS>")]
    [Description("Where TenantHub is: https://hub.example.com")]
    public required string Address { get; init; }

    [CommandOption("-p|--profile <NAME>")]
    [Description("What the profile is called")]
    public string? Profile { get; init; }

    [CommandOption("--key-file <FILE>")]
    [Description("A file that holds the API key; else TENANTHUB_KEY, stdin or a prompt")]
    public string? KeyFile { get; init; }
}

/// <summary>Tries an address and a key, and keeps them.</summary>
internal sealed class LoginCommand : AsyncCommand<LoginSettings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, LoginSettings settings, CancellationToken cancellationToken)
    {
        var file = ProfileFile.Read();
        var name = file.NameOf(settings.Profile);
        var key = SecretInput.Read("API key", settings.KeyFile, "TENANTHUB_KEY");
        await using (var services = ClientServices.Create(settings.Address, key))
            await services
                .GetRequiredService<TenantHubClient>()
                .Actions.ListAsync("autodesk_list_hubs", cancellationToken: cancellationToken);
        var known = file.Profiles.GetValueOrDefault(name);
        (file.With(name, new CliProfile(settings.Address, key) { ListenSecret = known?.ListenSecret }) with { Current = name }).Write();
        Terminal.Say($"Logged in at {settings.Address} as profile \"{name}\".");
        return ExitCode.Done;
    }
}
