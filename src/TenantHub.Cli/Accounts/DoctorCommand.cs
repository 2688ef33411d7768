using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Accounts;

namespace TenantHub.Cli.Accounts;

/// <summary>Has the account looked at, and tells what was found: the checks are the data, the advice goes to stderr. Ends with 7 when it
/// does not
/// work.</summary>
internal sealed class DoctorCommand : ConnectedCommand<AccountSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, AccountSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        var seen = await account.VerifyAsync(cancellationToken);
        await Printer.ListAsync<ProvisioningCheck>(
            settings.Format,
            seen.Checks ?? [],
            new("Check", check => check.Name),
            new("Outcome", check => check.Outcome),
            new("Seen", check => check.Seen),
            new("Next step", check => CommandNames.InAny(check.NextStep))
        );
        Terminal.Say($"{seen.Id} is {seen.HubStatus}: {seen.Reason}");
        if (seen.NextStep is not null)
            Terminal.Say(CommandNames.In(seen.NextStep));
        foreach (var text in (seen.Checks ?? []).Select(check => check.AdminText).OfType<string>().Distinct())
            Terminal.Say($"\nTo send to the customer's admin:\n{text}");
        return seen.HubStatus is "active" ? ExitCode.Done : ExitCode.AutodeskSetup;
    }
}
