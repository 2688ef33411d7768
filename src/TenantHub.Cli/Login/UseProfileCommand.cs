using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Configuration;

namespace TenantHub.Cli.Login;

internal sealed class ProfileNameSettings : CommandSettings
{
    [CommandArgument(0, "<NAME>")]
    [Description("The profile's name")]
    public required string Name { get; init; }
}

internal sealed class UseProfileCommand : AsyncCommand<ProfileNameSettings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, ProfileNameSettings settings, CancellationToken cancellationToken)
    {
        _ = ProfileFile.Read().Resolve(settings.Name);
        await ProfileFile.UpdateAsync(now => now with { Current = settings.Name }, cancellationToken);
        return ExitCode.Done;
    }
}
