using Spectre.Console.Cli;
using TenantHub.Cli.Configuration;

namespace TenantHub.Cli.Login;

internal sealed class RemoveProfileCommand : Command<ProfileNameSettings>
{
    public override int Execute(CommandContext context, ProfileNameSettings settings, CancellationToken cancellationToken)
    {
        var file = ProfileFile.Read();
        _ = file.Resolve(settings.Name);
        (file with { Profiles = file.Profiles.Where(profile => profile.Key != settings.Name).ToDictionary() }).Write();
        return ExitCode.Done;
    }
}
