using Orleans.Providers;

namespace TenantHub.Telemetry;

/// <summary>What only a silo itself knows: asked by the console of all of them at once, through Orleans' management grain.</summary>
public sealed class SiloReports(TenantHubTelemetry telemetry) : IControllable
{
    /// <summary>Under this name the management grain finds it on each silo.</summary>
    public const string Name = "silo-reports";

    /// <inheritdoc />
    public Task<object?> ExecuteCommand(int command, object? arg) =>
        Task.FromResult<object?>(new SiloReport(telemetry.CallsWaiting, telemetry.BreakersOpen()));
}

/// <summary>What one silo reports.</summary>
/// <param name="Waiting">How many calls wait in the lanes of its accounts.</param>
/// <param name="Breakers">Its circuit breakers that let nothing through.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.silo-report")]
public sealed record SiloReport([property: Id(0)] long Waiting, [property: Id(1)] IReadOnlyList<OpenBreaker> Breakers);
