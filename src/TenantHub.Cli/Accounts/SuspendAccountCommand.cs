using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Accounts;

/// <summary>Stops an account: its calls are refused.</summary>
internal sealed class SuspendAccountCommand : ConnectedCommand<AccountSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, AccountSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        Printer.One(settings.Format, await account.SuspendAsync(cancellationToken), AccountColumns.One);
        return ExitCode.Done;
    }
}
