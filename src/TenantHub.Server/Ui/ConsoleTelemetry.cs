using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;
using TenantHub.Telemetry;

namespace TenantHub.Server.Ui;

/// <summary>What open pages cost the server. Blazor counts its circuits itself.</summary>
internal sealed class ConsoleTelemetry
{
    private const string BlazorCircuits = "Microsoft.AspNetCore.Components.Server.Circuits";

    private readonly Counter<long> _reads;
    private readonly UpDownCounter<long> _refreshing;

    public ConsoleTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(TenantHubTelemetry.Name);
        _reads = meter.CreateCounter<long>("tenanthub.console.reads", "{read}", "Reads that pages of the console made.");
        _refreshing = meter.CreateUpDownCounter<long>(
            "tenanthub.console.refreshing",
            "{part}",
            "Parts of open pages that keep themselves up to date."
        );
    }

    public static void AddCircuits(IServiceCollection services) =>
        services.ConfigureOpenTelemetryMeterProvider(meters => meters.AddMeter(BlazorCircuits));

    public void Read() => _reads.Add(1);

    public void RefreshingBegan() => _refreshing.Add(1);

    public void RefreshingEnded() => _refreshing.Add(-1);
}
