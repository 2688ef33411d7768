using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Storage;

namespace TenantHub.Storage.Postgres;

public sealed class PostgresGrainStorageTests : GrainStorageSuite<PostgresTestDatabase>
{
    protected override IGrainStorage OpenStorage()
    {
        var database = Database.Open();
        database.ReadyAsync().GetAwaiter().GetResult();
        var options = new AdoNetGrainStorageOptions
        {
            Invariant = "Npgsql",
            DataSource = database.Source,
            GrainStorageSerializer = Serializer,
            HashPicker = new StorageHasherPicker([new OrleansDefaultHasher()]),
        };
        var orleans = new AdoNetGrainStorage(
            Activators,
            NullLogger<AdoNetGrainStorage>.Instance,
            Options.Create(options),
            Options.Create(new ClusterOptions()),
            PostgresGrainStorage.OrleansName
        );
        orleans.Participate(new StartsAtOnce());
        return new PostgresGrainStorage(orleans, database, Activators);
    }

    /// <summary>A silo's life without a silo.</summary>
    private sealed class StartsAtOnce : ISiloLifecycle, IDisposable
    {
        public int HighestCompletedStage => 0;

        public int LowestStoppedStage => 0;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            observer.OnStart(CancellationToken.None).GetAwaiter().GetResult();
            return this;
        }

        public void Dispose() { }
    }
}
