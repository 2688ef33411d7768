using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using TenantHub.Configuration;
using TenantHub.Server.Actions;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Events;
using TenantHub.Server.Linking;
using TenantHub.Server.Mcp;
using TenantHub.Server.Quotas;
using TenantHub.Server.Security;
using TenantHub.Server.Transfers;
using TenantHub.Server.Ui.Access;

namespace TenantHub.Server.Hosting;

/// <summary>What Program.cs adds, by feature.</summary>
internal static class ServiceRegistration
{
    /// <summary>API keys and, when an authority is configured, OIDC tokens. Each endpoint names its policy.</summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddTenantHubOptions<BootstrapOptions, BootstrapOptionsValidator>(BootstrapOptions.SectionName);
        services.AddTenantHubOptions<ApiKeyOptions, ApiKeyOptionsValidator>(ApiKeyOptions.SectionName);
        services.AddTenantHubOptions<OidcOptions, OidcOptionsValidator>(OidcOptions.SectionName);
        services.AddSingleton<IValidateOptions<McpOptions>, McpOriginsValidator>();
        services.AddSingleton<AdminKey>();
        services.AddSingleton<ApiKeyCache>().AddSingleton<KeyRevocation>();
        services.AddSingleton<KeyJudge>();
        services.AddSingleton<AuditTrail>();
        RefusalLimits.Add(services);
        services
            .AddAuthentication(ApiKeyAuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthenticationHandler>(ApiKeyAuthenticationHandler.SchemeName, null)
            .AddOidc(configuration.GetSection(OidcOptions.SectionName).Get<OidcOptions>() ?? new());
        Policies.Add(
            services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
        );
        return services;
    }

    public static IServiceCollection AddErrors(this IServiceCollection services) =>
        services.AddSingleton<FaultLog>().AddExceptionHandler<FaultExceptionHandler>().AddProblemDetails();

    public static IServiceCollection AddGracefulShutdown(this IServiceCollection services)
    {
        services.AddTenantHubOptions<ShutdownOptions, ShutdownOptionsValidator>(ShutdownOptions.SectionName);
        services
            .AddOptions<HostOptions>()
            .Configure<IOptions<ShutdownOptions>>((host, shutdown) => host.ShutdownTimeout = shutdown.Value.Limit);
        services.AddSingleton<GracefulShutdown>();
        services.AddHostedService(provider => provider.GetRequiredService<GracefulShutdown>());
        return services;
    }

    /// <summary>Connect sessions, and signing in to the pages.</summary>
    public static IServiceCollection AddLinking(this IServiceCollection services)
    {
        services.AddTenantHubOptions<LinkingOptions, LinkingOptionsValidator>(LinkingOptions.SectionName);
        LinkTokenHiding.Add(services);
        services.AddUiAccess();
        return services;
    }

    public static IServiceCollection AddActions(this IServiceCollection services) =>
        services.AddSingleton<CallRelay>().AddSingleton<EnabledActions>().AddHostedService<MemoryReturn>();

    /// <summary>Where Autodesk calls.</summary>
    public static IServiceCollection AddReceiver(this IServiceCollection services) =>
        services.AddSingleton<AutodeskReceiver>().AddSingleton<ReachabilityCheck>();

    public static IServiceCollection AddTransfers(this IServiceCollection services)
    {
        services.AddTenantHubOptions<TransferOptions, TransferOptionsValidator>(TransferOptions.SectionName);
        services.AddSingleton<PartBuffers>();
        services.AddSingleton<Sendings>();
        services.AddSingleton<PartSender>();
        services.AddSingleton<Uploads>();
        services.AddSingleton<FileActions>();
        services.AddSingleton<QuotaAccess>();
        return services;
    }
}
