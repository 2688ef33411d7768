using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Events;

internal sealed class ListEndpointsCommand : ConnectedCommand<ConnectionSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, ConnectionSettings settings, CancellationToken cancellationToken)
    {
        await Printer.ListAsync(settings.Format, await hub.EventEndpoints.ListAsync(cancellationToken), EndpointColumns.List);
        return ExitCode.Done;
    }
}
