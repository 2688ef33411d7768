using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Configuration;

namespace TenantHub.Cli.Login;

internal sealed class RemoveProfileSettings : CommandSettings
{
    [CommandArgument(0, "<NAME>")]
    [Description("The profile's name")]
    public required string Name { get; init; }

    [CommandOption("--yes")]
    [Description("Do it without asking; a script has to give it")]
    public bool Yes { get; init; }
}

internal sealed class RemoveProfileCommand : AsyncCommand<RemoveProfileSettings>
{
    public override async Task<int> ExecuteAsync(
        CommandContext context,
        RemoveProfileSettings settings,
        CancellationToken cancellationToken
    )
    {
        _ = ProfileFile.Read().Resolve(settings.Name);
        new DestructiveSettings { Yes = settings.Yes }.Confirm(
            $"The key of profile \"{settings.Name}\" and the secret of its listen are forgotten; they are nowhere else on this machine."
        );
        await ProfileFile.UpdateAsync(
            now => now with { Profiles = now.Profiles.Where(profile => profile.Key != settings.Name).ToDictionary() },
            cancellationToken
        );
        return ExitCode.Done;
    }
}
