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

    [CommandOption("--yes")]
    [Description("Replace the key of a profile that is there without asking")]
    public bool Yes { get; init; }

    [CommandOption("--device")]
    [Description("Sign in at the company's provider with a code; on a terminal it is done where TenantHub offers it and no key is given")]
    public bool Device { get; init; }
}

/// <summary>Tries an address and a key, and keeps them.</summary>
internal sealed class LoginCommand : AsyncCommand<LoginSettings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, LoginSettings settings, CancellationToken cancellationToken)
    {
        var known = ProfileFile.Read();
        var name = known.NameOf(settings.Profile);
        var profile =
            await SignInAsync(settings, cancellationToken)
            ?? new CliProfile(settings.Address, SecretInput.Read("API key", settings.KeyFile, "TENANTHUB_KEY"));
        await using (var services = ClientServices.Create(profile with { SignIn = null }))
            await services
                .GetRequiredService<TenantHubClient>()
                .Actions.ListAsync("autodesk_list_hubs", cancellationToken: cancellationToken);
        if (
            known.Profiles.GetValueOrDefault(name) is { SignIn: null } before
            && (before.Address != profile.Address || before.Key != profile.Key)
        )
            Confirmation.Ask(
                settings.Yes,
                $"The profile \"{name}\" has another key, for {before.Address}, which is nowhere else. It is replaced; another --profile keeps both."
            );
        await ProfileFile.UpdateAsync(
            now =>
                now.With(name, profile with { ListenSecret = now.Profiles.GetValueOrDefault(name)?.ListenSecret }) with
                {
                    Current = name,
                },
            cancellationToken
        );
        Terminal.Say($"Logged in at {settings.Address} as profile \"{name}\".");
        return ExitCode.Done;
    }

    /// <summary>A person's sign-in, where it is wanted or where nobody has given a key; null when an API key is to be used.</summary>
    private static async Task<CliProfile?> SignInAsync(LoginSettings settings, CancellationToken cancellationToken)
    {
        var hasKey = settings.KeyFile is not null || Terminal.Variable("TENANTHUB_KEY") is not null;
        if (!settings.Device && (hasKey || !Terminal.CanAsk))
            return null;
        using var provider = DeviceSignIn.Create();
        if (await provider.FindOfferAsync(settings.Address, cancellationToken) is { } offer)
            return await provider.RunAsync(settings.Address, offer, cancellationToken);
        return settings.Device
            ? throw new CliException(
                ExitCode.Usage,
                $"{settings.Address} offers no sign-in with a code: its operator sets TenantHub__Oidc__DeviceClientId. Log in with an API key."
            )
            : null;
    }
}
