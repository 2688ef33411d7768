using TenantHub.Client;
using TenantHub.Client.Accounts;

namespace TenantHub.Cli.Accounts;

/// <summary>Prints what accounts are called, one name a line, for the shell's completion. A name that would steer a terminal is left
/// out.</summary>
internal sealed class AccountNamesCommand : ConnectedCommand<ConnectionSettings>
{
    private const int Most = 500;

    protected override int MaxRepeats => 0; // Somebody waits with a finger on the key.

    protected override async Task<int> RunAsync(TenantHubClient hub, ConnectionSettings settings, CancellationToken cancellationToken)
    {
        var accounts = await hub.Accounts.ListAsync(new AccountFilter(), cancellationToken).Take(Most).ToListAsync(cancellationToken);
        var names = accounts.SelectMany(account => new[] { account.Id, account.Label, account.OriginOwnerId, account.OriginOwnerName });
        foreach (var name in names.Distinct().Where(name => name is { Length: > 0 } && !name.Any(char.IsControl)))
        {
            if (Terminal.Clean(name!) == name)
                Terminal.Print(name);
        }

        return ExitCode.Done;
    }
}
