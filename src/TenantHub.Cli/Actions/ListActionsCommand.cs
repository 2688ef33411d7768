using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Actions;

namespace TenantHub.Cli.Actions;

internal sealed class ListActionsSettings : ConnectionSettings
{
    [CommandArgument(0, "[SEARCH]")]
    [Description("Words of the id, label or description")]
    public string? Search { get; init; }

    [CommandOption("-a|--account <ACCOUNT>")]
    [Description("Only what this account's connector profile enables")]
    public string? Account { get; init; }
}

internal sealed class ListActionsCommand : ConnectedCommand<ListActionsSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, ListActionsSettings settings, CancellationToken cancellationToken)
    {
        var account = settings.Account is { } named ? (await AccountChoice.FindAsync(hub, named, cancellationToken)).Id : null;
        await Printer.ListAsync<ActionDescription>(
            settings.Format,
            await hub.Actions.ListAsync(settings.Search, account, cancellationToken),
            new("Id", action => action.Id) { IsId = true },
            new("What it does", action => action.Description),
            new("Scopes", action => action.RequiredScopes)
        );
        return ExitCode.Done;
    }
}
