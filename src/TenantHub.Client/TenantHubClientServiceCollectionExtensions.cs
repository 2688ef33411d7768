using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TenantHub.Client.Http;

namespace TenantHub.Client;

/// <summary>Registers the client.</summary>
public static class TenantHubClientServiceCollectionExtensions
{
    /// <summary>Adds <see cref="TenantHubClient"/> as a singleton. Options that are not valid are refused when it is first asked
    /// for.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the address and the key at least.</param>
    /// <returns>The HTTP client's builder, for handlers of your own. Add no repeats there: they would not know what may be
    /// repeated.</returns>
    public static IHttpClientBuilder AddTenantHubClient(this IServiceCollection services, Action<TenantHubClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TenantHubClientOptions>>(new TenantHubClientOptionsCheck()));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new TenantHubClient(
            new ClientConnection(
                provider.GetRequiredService<IHttpClientFactory>(),
                provider.GetRequiredService<IOptions<TenantHubClientOptions>>(),
                provider.GetRequiredService<TimeProvider>()
            )
        ));

        // The client is a singleton, so the connections find new addresses by their own age instead of by new handlers.
        return services
            .AddHttpClient(ClientConnection.HttpClientName, http => http.Timeout = Timeout.InfiniteTimeSpan)
            .UseSocketsHttpHandler(
                (handler, _) =>
                {
                    handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
                    handler.AllowAutoRedirect = false;
                    handler.UseCookies = false;
                }
            )
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
    }
}
