using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Events;

internal sealed class RotateEndpointCommand : ConnectedCommand<EndpointSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, EndpointSettings settings, CancellationToken cancellationToken)
    {
        Printer.One(
            settings.Format,
            await hub.EventEndpoints.RotateSecretAsync(settings.Endpoint, cancellationToken),
            EndpointColumns.WithSecret
        );
        Terminal.Say("The secret is shown this once; for a day events are signed with the old one, too.");
        return ExitCode.Done;
    }
}
