using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace TenantHub.Configuration;

/// <summary>How all options are registered.</summary>
internal static class ValidatedOptions
{
    /// <summary>Binds options to a section of the configuration. The start fails, and names what is wrong, when they are not valid.
    /// Idempotent.</summary>
    public static IServiceCollection AddTenantHubOptions<TOptions, TValidator>(this IServiceCollection services, string section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TValidator>());
        return services;
    }
}
