using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Approvals;
using TenantHub.Audit;
using TenantHub.Calls;
using TenantHub.Configuration;
using TenantHub.Events;
using TenantHub.Profiles;
using TenantHub.Security;
using TenantHub.Storage.Encryption;
using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;
using TenantHub.Transfers;

namespace TenantHub.Storage;

/// <summary>Registers the storage.</summary>
public static class StorageSiloBuilderExtensions
{
    /// <summary>How Orleans' ADO.NET providers name PostgreSQL's driver.</summary>
    private const string Npgsql = "Npgsql";

    /// <summary>
    /// Adds the default grain storage, reminders, the account directory, what accounts hold, the idempotency records, the call log and the
    /// key ring: on PostgreSQL, together with the cluster's membership, when <see cref="DatabaseSetting.Key"/> is set; else in a file of
    /// the data directory. Idempotent.
    /// </summary>
    /// <param name="silo">The silo.</param>
    public static ISiloBuilder AddTenantHubStorage(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var services = silo.Services;
        if (services.Any(service => service.ServiceType == typeof(ISqlDatabase)))
            return silo;

        services.AddTenantHubOptions<StorageOptions, StorageOptionsValidator>(StorageOptions.SectionName);
        services.TryAddSingleton(TimeProvider.System);

        services.AddEncryption();
        if (DatabaseSetting.Read(silo.Configuration) is { } connectionString)
            AddPostgres(silo, connectionString);
        else
            AddSqlite(services);

        services.AddSingleton<IAccountDirectory, SqlAccountDirectory>();
        services.AddSingleton<IProfileDirectory, SqlProfileDirectory>();
        services.AddSingleton<SqlEventDeliveryStore>();
        services.AddSingleton<IEventDeliveryStore>(provider => provider.GetRequiredService<SqlEventDeliveryStore>());
        services.AddSingleton<IAutodeskEventStore, SqlAutodeskEventStore>();
        services.AddSingleton<IIdempotencyStore, SqlIdempotencyStore>();
        services.AddSingleton<IAccountHoldings, SqlAccountHoldings>();
        services.AddSingleton<IAccountClaims, SqlAccountClaims>();
        services.AddSingleton<IUploadLedger, SqlUploadLedger>();
        services.AddSingleton<IApiKeyStore, SqlApiKeyStore>();
        services.AddSingleton<IApprovalStore, SqlApprovalStore>();
        services.AddSingleton<ICallRecordings, SqlCallRecordings>();
        services.AddSingleton<IAuditLog, SqlAuditLog>();
        services.AddTenantHubOptions<CallLogOptions, CallLogOptionsValidator>(CallLogOptions.SectionName);
        services.AddSingleton<SqlCallLog>();
        services.AddSingleton<ICallLog>(provider => provider.GetRequiredService<SqlCallLog>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SqlCallLog>());
        services.AddTenantHubOptions<RetentionOptions, RetentionOptionsValidator>(RetentionOptions.SectionName);
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, RetentionSweep>();
        silo.AddReminders().Services.AddSingleton<IReminderTable, SqlReminderTable>();
        services.AddSingleton<GrainStateSerializer>();
        return silo;
    }

    private static void AddSqlite(IServiceCollection services)
    {
        services.AddSingleton<DataDirectory>();
        services.AddSingleton(provider => new SqliteDatabase(
            provider.GetRequiredService<DataDirectory>().DatabasePath,
            provider.GetRequiredService<IOptions<StorageOptions>>().Value.DatabaseBusyTimeout,
            provider.GetRequiredService<ILogger<SqliteDatabase>>()
        ));
        services.AddSingleton<ISqlDatabase>(provider => provider.GetRequiredService<SqliteDatabase>());
        services.AddSingleton(provider => new DatabasePulse(provider.GetRequiredService<SqliteDatabase>(), TimeProvider.System));
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, DatabaseStart>();
        services.AddGrainStorage(
            ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME,
            (provider, _) =>
                new SqlGrainStorage(
                    provider.GetRequiredService<ISqlDatabase>(),
                    provider.GetRequiredService<GrainStateSerializer>(),
                    provider.GetRequiredService<IActivatorProvider>(),
                    provider.GetRequiredService<TimeProvider>()
                )
        );
    }

    private static void AddPostgres(ISiloBuilder silo, string connectionString)
    {
        var services = silo.Services;
        services.AddSingleton(provider => new PostgresDatabase(connectionString, provider.GetRequiredService<ILogger<PostgresDatabase>>()));
        services.AddSingleton<ISqlDatabase>(provider => provider.GetRequiredService<PostgresDatabase>());
        services.AddSingleton<DatabaseHistory>();
        services.AddSingleton(provider => new DatabasePulse(
            provider.GetRequiredService<PostgresDatabase>(),
            connectionString,
            provider.GetRequiredService<DatabaseHistory>(),
            TimeProvider.System
        )); // It looks at the machine's clock, whatever time a test plays.
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, PostgresStart>();
        services.AddAdoNetGrainStorage(
            PostgresGrainStorage.OrleansName,
            storage =>
                storage.Configure<PostgresDatabase, GrainStateSerializer>(
                    (options, database, serializer) =>
                        (options.Invariant, options.DataSource, options.GrainStorageSerializer) = (Npgsql, database.Source, serializer)
                )
        );
        services.AddGrainStorage(
            ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME,
            (provider, _) =>
                new PostgresGrainStorage(
                    provider.GetRequiredKeyedService<IGrainStorage>(PostgresGrainStorage.OrleansName),
                    provider.GetRequiredService<PostgresDatabase>(),
                    provider.GetRequiredService<IActivatorProvider>()
                )
        );

        silo.UseAdoNetClustering(clustering =>
            (clustering.Invariant, clustering.ConnectionString) = (Npgsql, PostgresConnection.ForMembership(connectionString))
        );
        services.Configure<ClusterMembershipOptions>(membership =>
        {
            // docs/adr/0008 has what was measured.
            membership.ProbeTimeout = TimeSpan.FromSeconds(1);
            membership.MaxProbeTimeout = TimeSpan.FromSeconds(1.5); // Times the misses: how long a silent silo's last message speaks for it. Orleans' default is 4 s.
            membership.NumMissedProbesLimit = 3;
            membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        });
        services.Configure<ClusterMembershipOptions>(silo.Configuration.GetSection("TenantHub:Orleans:Membership"));
    }
}
