using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Accounts;

namespace TenantHub.Cli.Accounts;

/// <summary>Shows an account, what runs and what waits.</summary>
internal sealed class ShowAccountCommand : ConnectedCommand<AccountSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, AccountSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        var state = await account.GetStateAsync(cancellationToken);
        Printer.One(
            settings.Format,
            state,
            [
                .. AccountColumns.One.Select(column => new Column<AccountState>(column.Name, state => column.Value(state.Account))),
                new("Running", state => state.Lane.Running.Select(entry => $"{entry.ActionId} ({entry.Phase})")),
                new("Waiting", state => state.Lane.Waiting.Select(entry => entry.ActionId)),
                new("Last calls", state => state.RecentCalls.Take(5).Select(call => $"{call.ActionId} {call.Outcome}")),
            ]
        );
        return ExitCode.Done;
    }
}
