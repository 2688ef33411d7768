using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Events;

/// <summary>Ends a subscription. What Autodesk has told already stays in the feed.</summary>
internal sealed class RemoveSubscriptionCommand : ConnectedCommand<RemoveSubscriptionSettings>
{
    protected override async Task<int> RunAsync(
        TenantHubClient hub,
        RemoveSubscriptionSettings settings,
        CancellationToken cancellationToken
    )
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        settings.Confirm($"The subscription {settings.Subscription} of {account.Id} ends, and its hooks are removed at Autodesk.");
        var ended = await account.Subscriptions.RemoveAsync(settings.Subscription, cancellationToken);
        Printer.One(settings.Format, ended, SubscriptionColumns.One);
        return ExitCode.Done;
    }
}
