using TenantHub.Storage.Encryption;

namespace TenantHub.Storage.Sql;

/// <summary>Opens the database, brings its tables up to date and protects the key ring before anything else of the silo starts.</summary>
internal sealed class DatabaseStart(ISqlDatabase database, KeyRingProtection ring) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(
            nameof(DatabaseStart),
            ServiceLifecycleStage.First,
            async cancellationToken =>
            {
                await database.ReadyAsync(cancellationToken);
                await ring.ProtectAllAsync(cancellationToken);
            }
        );
}
