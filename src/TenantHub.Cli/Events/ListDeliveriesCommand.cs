using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Events;

namespace TenantHub.Cli.Events;

internal sealed class ListDeliveriesSettings : EndpointSettings
{
    [CommandOption("--status <STATUS>")]
    [Description("pending, delivered or dead")]
    public string? Status { get; init; }

    [CommandOption("-n|--lines <COUNT>")]
    [Description("How many, at most 1000")]
    public int Lines { get; init; } = 100;
}

internal sealed class ListDeliveriesCommand : ConnectedCommand<ListDeliveriesSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, ListDeliveriesSettings settings, CancellationToken cancellationToken)
    {
        await Printer.ListAsync<EventDelivery>(
            settings.Format,
            await hub.EventEndpoints.ListDeliveriesAsync(settings.Endpoint, settings.Status, settings.Lines, cancellationToken),
            new("Event", delivery => delivery.EventId) { IsId = true },
            new("Type", delivery => delivery.Type),
            new("At", delivery => delivery.At),
            new("Status", delivery => delivery.Status),
            new("Attempts", delivery => delivery.Attempts),
            new("Next attempt", delivery => delivery.NextAttemptAt),
            new("Last failure", delivery => delivery.LastFailure)
        );
        return ExitCode.Done;
    }
}
