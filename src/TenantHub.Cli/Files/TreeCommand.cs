using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Files;

namespace TenantHub.Cli.Files;

internal sealed class TreeSettings : ProjectSettings
{
    [CommandOption("--folder <ID>")]
    [Description("The folder to begin with; the project's top folders when it is not given")]
    public string? Folder { get; init; }
}

internal sealed class TreeCommand : ConnectedCommand<TreeSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, TreeSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        await Printer.ListAsync<TreeEntry>(
            settings.Format,
            account.Files.TreeAsync(settings.Project, settings.Folder, cancellationToken),
            new("Path", entry => entry.IsFolder ? entry.Path + "/" : entry.Path),
            new("Bytes", entry => entry.Size),
            new("Changed", entry => entry.ModifiedAt),
            new("Id", entry => entry.Id) { IsId = true }
        );
        return ExitCode.Done;
    }
}
