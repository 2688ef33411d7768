using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Events;

/// <summary>Gives each hook of a subscription a new secret, which nobody is shown.</summary>
internal sealed class RotateSubscriptionCommand : ConnectedCommand<SubscriptionSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, SubscriptionSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        var rotated = await account.Subscriptions.RotateSecretsAsync(settings.Subscription, cancellationToken);
        Printer.One(settings.Format, rotated, SubscriptionColumns.One);
        return ExitCode.Done;
    }
}
