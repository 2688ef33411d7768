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

internal sealed class UseProfileCommand : Command<ProfileNameSettings>
{
    public override int Execute(CommandContext context, ProfileNameSettings settings, CancellationToken cancellationToken)
    {
        var file = ProfileFile.Read();
        _ = file.Resolve(settings.Name);
        (file with { Current = settings.Name }).Write();
        return ExitCode.Done;
    }
}
