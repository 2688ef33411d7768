using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Events;

/// <summary>Calls the address that Autodesk is given, as Autodesk would. Ends with 7 when it does not lead to TenantHub.</summary>
internal sealed class CheckAddressCommand : ConnectedCommand<ConnectionSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, ConnectionSettings settings, CancellationToken cancellationToken)
    {
        var address = await hub.CheckEventAddressAsync(cancellationToken);
        Printer.One(
            settings.Format,
            address,
            new("Address", address => address.PublicUrl),
            new("Leads here", address => address.IsReachable ? "yes" : "no"),
            new("Seen", address => address.Seen),
            new("Next step", address => CommandNames.InAny(address.NextStep))
        );
        return address.IsReachable ? ExitCode.Done : ExitCode.AutodeskSetup;
    }
}
