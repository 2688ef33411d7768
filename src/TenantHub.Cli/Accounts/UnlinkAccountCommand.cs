using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Accounts;

/// <summary>Unlinks an account.</summary>
internal sealed class UnlinkAccountCommand : ConnectedCommand<UnlinkAccountSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, UnlinkAccountSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        settings.Confirm($"Account {account.Id} is unlinked and its secrets are destroyed.");
        Printer.One(settings.Format, await account.UnlinkAsync(cancellationToken), AccountColumns.One);
        return ExitCode.Done;
    }
}
