using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using TenantHub.Accounts;
using TenantHub.Storage.Sqlite;

namespace TenantHub.Storage;

/// <summary>Registers the storage.</summary>
public static class StorageSiloBuilderExtensions
{
    /// <summary>Adds the default grain storage, the account directory and the key ring, all inside the data directory. Idempotent.</summary>
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
        services.AddSingleton(provider => new SqliteDatabase(provider.GetRequiredService<DataDirectory>()));
        services.AddSingleton<IAccountDirectory, SqliteAccountDirectory>();

        services.AddDataProtection().SetApplicationName("TenantHub");
        services.AddOptions<KeyManagementOptions>().Configure<DataDirectory, ILoggerFactory>((keys, directory, logging) =>
            keys.XmlRepository = new FileSystemXmlRepository(new DirectoryInfo(directory.PathOf("keys")), logging));

        services.AddSingleton<IGrainStorageSerializer, GrainStateSerializer>();
        services.AddSingleton<SqliteGrainStorage>();
        services.AddKeyedSingleton<IGrainStorage>("Default", (provider, _) => provider.GetRequiredService<SqliteGrainStorage>());
        services.AddSingleton<IGrainStorage>(provider => provider.GetRequiredService<SqliteGrainStorage>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SqliteGrainStorage>());
        return silo;
    }
}
