using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Providers;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Approvals;
using TenantHub.Autodesk;
using TenantHub.Calls;
using TenantHub.Configuration;
using TenantHub.Credentials;
using TenantHub.Events;
using TenantHub.Health;
using TenantHub.Isolation;
using TenantHub.Profiles;
using TenantHub.Provisioning;
using TenantHub.Quotas;
using TenantHub.Telemetry;
using TenantHub.Tokens;

namespace TenantHub;

/// <summary>Registers the grains.</summary>
public static class GrainsSiloBuilderExtensions
{
    /// <summary>Adds the account, profile, quota and token grains with their options and the knowledge of Autodesk that they need.
    /// Idempotent.</summary>
    public static ISiloBuilder AddTenantHubGrains(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var services = silo.Services;
        services.AddAutodesk();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.TryAddSingleton<TenantHubTelemetry>();
        services.TryAddKeyedSingleton<IControllable, SiloReports>(SiloReports.Name);
        services.TryAddSingleton<ActiveAccounts>();
        services.TryAddSingleton<AccountsHere>();
        services.TryAddSingleton<AccountRecords>();
        services.TryAddSingleton<ProfileReader>();
        services.TryAddSingleton<CallJournal>();
        services.TryAddSingleton<CallPlanner>();
        services.TryAddSingleton<AutodeskCalls>();
        services.TryAddSingleton<CallPipelines>();
        services.TryAddSingleton<AccessTokens>();
        services.TryAddSingleton<LocalQuotas>();
        services.TryAddSingleton<Permits>();
        services.TryAddSingleton<CallerKeys>();
        services.TryAddSingleton<WriteOnce>();
        services.TryAddSingleton<ReadBack>();
        services.TryAddSingleton<Approvals.Approvals>();
        services.TryAddSingleton<ResourceGuard>();
        services.TryAddSingleton<ResourceRecords>();
        services.TryAddSingleton<Doctor>();
        services.TryAddSingleton<Lessons>();
        services.TryAddSingleton<Draining>();
        services.TryAddSingleton<Handover>();
        services.TryAddSingleton<Peers>();
        services.TryAddSingleton<ProfileNews>();
        if (services.All(service => service.ServiceType != typeof(SiloHealth)))
            silo.AddGrainService<SiloPulse>();
        services.TryAddSingleton<SiloHealth>();
        services.TryAddSingleton(typeof(GrainReferences<>));
        services.AddTenantHubOptions<QuotaOptions, QuotaOptionsValidator>(QuotaOptions.SectionName);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<QuotaOptions>, QuotaLimitsValidator>());
        services.AddTenantHubOptions<ResilienceOptions, ResilienceOptionsValidator>(ResilienceOptions.SectionName);
        services.AddTenantHubOptions<CredentialOptions, CredentialOptionsValidator>(CredentialOptions.SectionName);
        services.AddOptions<OwnershipOptions>().BindConfiguration(OwnershipOptions.SectionName).ValidateOnStart();
        services.AddTenantHubOptions<LaneOptions, LaneOptionsValidator>(LaneOptions.SectionName);
        services.AddTenantHubOptions<AccessTokenOptions, AccessTokenOptionsValidator>(AccessTokenOptions.SectionName);
        services.AddTenantHubOptions<ProvisioningOptions, ProvisioningOptionsValidator>(ProvisioningOptions.SectionName);
        services.AddTenantHubOptions<EventOptions, EventOptionsValidator>(EventOptions.SectionName);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EventOptions>, PublicUrlValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, EventSweep>());
        services.AddTenantHubOptions<ApprovalOptions, ApprovalOptionsValidator>(ApprovalOptions.SectionName);
        services.TryAddSingleton<EventSender>();
        return silo;
    }
}
