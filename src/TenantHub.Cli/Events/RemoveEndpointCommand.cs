using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Events;

internal sealed class RemoveEndpointCommand : ConnectedCommand<RemoveEndpointSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, RemoveEndpointSettings settings, CancellationToken cancellationToken)
    {
        settings.Confirm($"Nothing more is sent to {settings.Endpoint}, also not what waits.");
        Printer.One(settings.Format, await hub.EventEndpoints.RemoveAsync(settings.Endpoint, cancellationToken), EndpointColumns.List);
        return ExitCode.Done;
    }
}
