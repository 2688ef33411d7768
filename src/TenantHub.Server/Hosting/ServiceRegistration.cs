using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Linking;
using TenantHub.Server.Security;
using TenantHub.Server.Transfers;
using TenantHub.Server.Ui.Access;

namespace TenantHub.Server.Hosting;

/// <summary>What Program.cs adds, by feature.</summary>
internal static class ServiceRegistration
{
    /// <summary>API keys and, when an authority is configured, OIDC tokens. Each endpoint names its policy.</summary>
    public static IServiceCollection AddHubSecurity(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<BootstrapOptions>().BindConfiguration(BootstrapOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BootstrapOptions>, BootstrapOptionsValidator>());
        services.AddOptions<ApiKeyOptions>().BindConfiguration(ApiKeyOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ApiKeyOptions>, ApiKeyOptionsValidator>());
        services.AddOptions<OidcOptions>().BindConfiguration(OidcOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OidcOptions>, OidcOptionsValidator>());
        services.AddSingleton<AdminKey>();
        services.AddSingleton<ApiKeyCache>();
        services.AddSingleton<KeyJudge>();
        services.AddSingleton<AuditTrail>();
        RefusalLimits.Add(services);
        services.AddAuthentication(ApiKeyAuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthenticationHandler>(ApiKeyAuthenticationHandler.SchemeName, null)
            .AddOidc(configuration.GetSection(OidcOptions.SectionName).Get<OidcOptions>() ?? new());
        Policies.Add(services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build()));
        return services;
    }

    public static IServiceCollection AddHubErrors(this IServiceCollection services) =>
        services.AddSingleton<FaultLog>().AddExceptionHandler<HubExceptionHandler>().AddProblemDetails();

    public static IServiceCollection AddGracefulShutdown(this IServiceCollection services)
    {
        services.AddOptions<ShutdownOptions>().BindConfiguration(ShutdownOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ShutdownOptions>, ShutdownOptionsValidator>());
        services.AddOptions<HostOptions>().Configure<IOptions<ShutdownOptions>>((host, shutdown) => host.ShutdownTimeout = shutdown.Value.Limit);
        services.AddSingleton<GracefulShutdown>();
        services.AddHostedService(provider => provider.GetRequiredService<GracefulShutdown>());
        return services;
    }

    /// <summary>Connect sessions, and signing in to the pages.</summary>
    public static IServiceCollection AddLinking(this IServiceCollection services)
    {
        services.AddOptions<LinkingOptions>().BindConfiguration(LinkingOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LinkingOptions>, LinkingOptionsValidator>());
        LinkTokenHiding.Add(services);
        services.AddUiAccess();
        return services;
    }

    public static IServiceCollection AddTransfers(this IServiceCollection services)
    {
        services.AddOptions<TransferOptions>().BindConfiguration(TransferOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TransferOptions>, TransferOptionsValidator>());
        services.AddSingleton<FileActions>();
        return services;
    }
}
