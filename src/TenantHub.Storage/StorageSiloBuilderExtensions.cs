using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Profiles;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;

namespace TenantHub.Storage;

/// <summary>Registers the storage.</summary>
public static class StorageSiloBuilderExtensions
{
    /// <summary>Adds the default grain storage, the account directory, the idempotency records and the key ring, all inside the data directory. Idempotent.</summary>
    /// <param name="silo">The silo.</param>
    public static ISiloBuilder AddTenantHubStorage(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var services = silo.Services;
        if (services.Any(service => service.ServiceType == typeof(SqliteDatabase))) return silo;

        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DataDirectory>();
        services.AddSingleton(provider => new SqliteDatabase(
            provider.GetRequiredService<DataDirectory>().DatabasePath,
            provider.GetRequiredService<IOptions<StorageOptions>>().Value.DatabaseBusyTimeout,
            provider.GetRequiredService<ILogger<SqliteDatabase>>()));
        services.AddSingleton<IHubDatabase>(provider => provider.GetRequiredService<SqliteDatabase>());
        services.AddSingleton<IAccountDirectory, SqlAccountDirectory>();
        services.AddSingleton<IProfileDirectory, SqlProfileDirectory>();
        services.AddSingleton<IIdempotencyStore, SqlIdempotencyStore>();

        // The application name is part of every key's purpose; by default it is the program's folder, and moving that would lose all secrets.
        services.AddDataProtection().SetApplicationName("TenantHub");
        services.AddOptions<KeyManagementOptions>().Configure<DataDirectory, ILoggerFactory>((keys, directory, logging) =>
            keys.XmlRepository = new FileSystemXmlRepository(new DirectoryInfo(directory.KeysPath), logging));

        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, DatabaseStart>();
        services.AddSingleton<GrainStateSerializer>();
        services.AddGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, (provider, _) => new SqlGrainStorage(
            provider.GetRequiredService<IHubDatabase>(),
            provider.GetRequiredService<GrainStateSerializer>(),
            provider.GetRequiredService<IActivatorProvider>(),
            provider.GetRequiredService<TimeProvider>()));
        return silo;
    }
}
