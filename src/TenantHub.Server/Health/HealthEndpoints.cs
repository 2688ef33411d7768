using Microsoft.Extensions.Diagnostics.HealthChecks;
using TenantHub.Server.Hosting;
using TenantHub.Storage;

namespace TenantHub.Server.Health;

/// <summary>
/// Live: the process answers. Ready: the silo runs, is not about to stop, and reaches the database and the other servers. Ready and
/// "Degraded" when its clock is off.
/// </summary>
internal static class HealthEndpoints
{
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddSingleton<SiloWatch>().AddHostedService(provider => provider.GetRequiredService<SiloWatch>());
        services
            .AddHealthChecks()
            .AddCheck<WatchHealthCheck>("watch", tags: ["ready"])
            .AddCheck<ShutdownHealthCheck>("shutdown", tags: ["ready"]);
        return services;
    }

    public static RouteGroupBuilder MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithTags("Health");
        health.MapHealthChecks("/live", new() { Predicate = _ => false });
        health.MapHealthChecks("/ready", new() { Predicate = check => check.Tags.Contains("ready") });
        return health;
    }

    private sealed class ShutdownHealthCheck(GracefulShutdown shutdown) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(shutdown.IsStopping ? HealthCheckResult.Unhealthy("The server is stopping.") : HealthCheckResult.Healthy());
    }

    /// <summary>Kestrel starts after the silo, so an answer at all says that the silo runs.</summary>
    private sealed class WatchHealthCheck(SiloWatch watch) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(
                watch.Fault is { } fault ? HealthCheckResult.Unhealthy(fault)
                : watch.ClockOffset is { } offset && ClockLimits.IsOff(offset) ? HealthCheckResult.Degraded(ClockLimits.Describe(offset))
                : HealthCheckResult.Healthy()
            );
    }
}
