using Microsoft.Extensions.Diagnostics.HealthChecks;
using TenantHub.Accounts;
using TenantHub.Server.Hosting;

namespace TenantHub.Server.Health;

/// <summary>Live: the process answers. Ready: the silo runs, is not about to stop, and the database answers.</summary>
internal static class HealthEndpoints
{
    public static IServiceCollection AddHubHealth(this IServiceCollection services)
    {
        services
            .AddHealthChecks()
            .AddCheck<DatabaseHealthCheck>("database", tags: ["ready"])
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
    private sealed class DatabaseHealthCheck(IAccountDirectory directory) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await directory.ListAsync(new AccountFilter { PageSize = 1 }, cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception exception)
            {
                return HealthCheckResult.Unhealthy("The database does not answer.", exception);
            }
        }
    }
}
