using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Events;

internal sealed class ReplaySettings : EndpointSettings
{
    [CommandArgument(1, "<EVENT>")]
    [Description("The event's id: tenanthub events deliveries <ENDPOINT>")]
    public required string Event { get; init; }
}

internal sealed class ReplayCommand : ConnectedCommand<ReplaySettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, ReplaySettings settings, CancellationToken cancellationToken)
    {
        Printer.One(
            settings.Format,
            await hub.EventEndpoints.ReplayAsync(settings.Endpoint, settings.Event, cancellationToken),
            EndpointColumns.List
        );
        return ExitCode.Done;
    }
}
