using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TenantHub.Autodesk.Auth;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Configuration;

namespace TenantHub.Autodesk;

/// <summary>Registers the knowledge of Autodesk.</summary>
public static class AutodeskServiceCollectionExtensions
{
    /// <summary>Adds the catalog, the validation and the HTTP clients. Idempotent.</summary>
    public static IServiceCollection AddAutodesk(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(service => service.ServiceType == typeof(ActionCatalog)))
            return services;
        services.AddSingleton(_ => ActionCatalog.Load());
        services.TryAddSingleton(TimeProvider.System);
        services.AddTenantHubOptions<ApsOptions, ApsOptionsValidator>(ApsOptions.SectionName);

        // The clients live as long as the process and renew their connections themselves (PooledConnectionLifetime). Nothing logs their
        // requests: URLs can carry signatures.
        services.AddSingleton(provider => new BodyBudget(
            provider.GetRequiredService<IOptions<ApsOptions>>().Value.MaxBytesInFlight
                ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4,
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<ApsClient>();
        services.AddSingleton<ApsTokenClient>();
        services.AddSingleton<SignedUrlTransfer>();
        return services;
    }
}
