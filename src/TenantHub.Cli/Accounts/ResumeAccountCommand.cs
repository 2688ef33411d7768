using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Accounts;

/// <summary>Lets a stopped account work again.</summary>
internal sealed class ResumeAccountCommand : ConnectedCommand<AccountSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, AccountSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        Printer.One(settings.Format, await account.ResumeAsync(cancellationToken), AccountColumns.One);
        return ExitCode.Done;
    }
}
