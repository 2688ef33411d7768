using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Events;

/// <summary>Lists what Autodesk is to tell of an account, and whether it does.</summary>
internal sealed class ListSubscriptionsCommand : ConnectedCommand<AccountEventSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, AccountEventSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        await Printer.ListAsync(settings.Format, await account.Subscriptions.ListAsync(cancellationToken), SubscriptionColumns.List);
        return ExitCode.Done;
    }
}
