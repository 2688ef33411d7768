namespace TenantHub.Storage.Sql;

/// <summary>Opens the database and brings its tables up to date before anything else of the silo starts.</summary>
internal sealed class DatabaseStart(IHubDatabase database) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(DatabaseStart), ServiceLifecycleStage.First, database.ReadyAsync);
}
