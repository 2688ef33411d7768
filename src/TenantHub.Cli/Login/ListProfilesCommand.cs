using Spectre.Console.Cli;
using TenantHub.Cli.Configuration;
using TenantHub.Cli.Output;

namespace TenantHub.Cli.Login;

/// <summary>A profile as it is shown: without its key.</summary>
internal sealed record ShownProfile(string Name, string Address, bool IsCurrent);

internal sealed class ListProfilesCommand : AsyncCommand<ConnectionSettings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, ConnectionSettings settings, CancellationToken cancellationToken)
    {
        var file = ProfileFile.Read();
        var current = file.NameOf(settings.Profile);
        await Printer.ListAsync<ShownProfile>(
            settings.Format,
            file.Profiles.Select(profile => new ShownProfile(profile.Key, profile.Value.Address, profile.Key == current)),
            new("", profile => profile.IsCurrent ? "*" : ""),
            new("Name", profile => profile.Name),
            new("Address", profile => profile.Address)
        );
        return ExitCode.Done;
    }
}
