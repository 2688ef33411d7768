using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Events;

namespace TenantHub.Cli.Events;

internal sealed class ReplaySettings : ConnectionSettings
{
    public const int Most = 1000;

    [CommandArgument(0, "<ENDPOINT>")]
    [Description("The endpoint's id: tenanthub events list")]
    public required string Endpoint { get; init; }

    [CommandArgument(1, "[EVENT]")]
    [Description("The event's id: tenanthub events deliveries <ENDPOINT>")]
    public string? Event { get; init; }

    [CommandOption("--failed")]
    [Description("All events that were not taken, the oldest first: given up, or to be tried again later")]
    public bool Failed { get; init; }

    public override ValidationResult Validate() =>
        Event is null != Failed ? ValidationResult.Error("Give either the id of an event or --failed.") : base.Validate();
}

/// <summary>Has events sent again at once that a receiver has not taken, and prints which.</summary>
internal sealed class ReplayCommand : ConnectedCommand<ReplaySettings>
{
    private static readonly Column<ReplayedEvent>[] Columns =
    [
        new("Endpoint", replayed => replayed.EndpointId) { IsId = true },
        new("Event", replayed => replayed.EventId) { IsId = true },
    ];

    protected override async Task<int> RunAsync(TenantHubClient hub, ReplaySettings settings, CancellationToken cancellationToken)
    {
        var (endpoints, endpoint) = (hub.EventEndpoints, settings.Endpoint);
        var sent = new List<ReplayedEvent>();
        foreach (var id in settings.Event is { } named ? [named] : await FindFailedAsync(endpoints, endpoint, cancellationToken))
        {
            try
            {
                await endpoints.ReplayAsync(endpoint, id, cancellationToken);
                sent.Add(new(endpoint, id));
            }
            catch (TenantHubException exception) when (settings.Failed && exception.Code is ErrorCodes.EventNotFound)
            {
                // It was taken meanwhile.
            }
        }

        await Printer.ListAsync(settings.Format, sent, Columns);
        if (sent.Count > 0)
            Terminal.Say($"Sent again: {sent.Count}. What became of it: tenanthub events deliveries {endpoint}");
        return ExitCode.Done;
    }

    private static async Task<string[]> FindFailedAsync(
        EventEndpointsClient endpoints,
        string endpoint,
        CancellationToken cancellationToken
    )
    {
        var dead = await endpoints.ListDeliveriesAsync(endpoint, "dead", ReplaySettings.Most, cancellationToken);
        var pending = await endpoints.ListDeliveriesAsync(endpoint, "pending", ReplaySettings.Most, cancellationToken);
        if (dead.Count == ReplaySettings.Most || pending.Count == ReplaySettings.Most)
            Terminal.Say($"There are more than {ReplaySettings.Most}: the newest are taken.");
        return
        [
            .. dead.Concat(pending.Where(delivery => delivery.Attempts > 0))
                .OrderBy(delivery => delivery.At)
                .Select(delivery => delivery.EventId),
        ];
    }

    private sealed record ReplayedEvent(string EndpointId, string EventId);
}
