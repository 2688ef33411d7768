using Microsoft.AspNetCore.DataProtection;
using TenantHub.Storage.Encryption;

namespace TenantHub.Storage.Postgres;

/// <summary>
/// Brings the tables up to date before anything else of the silo starts, protects the key ring, and makes the first key when there is none.
/// One silo at a time: two that start together would each make a key and know only their own until tomorrow.
/// </summary>
internal sealed class PostgresStart(
    PostgresDatabase database,
    DatabasePulse pulse,
    KeyRingProtection ring,
    IDataProtectionProvider protection
) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(PostgresStart), ServiceLifecycleStage.First, StartAsync);

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await database.ReadyAsync(cancellationToken);
        if ((await pulse.AskAsync()).ClockOffset is { } offset && offset.Duration() > ClockLimits.Refused)
            throw new StorageException(
                $"{ClockLimits.Describe(offset)} Set it right, with NTP, and start again: up to a minute is tolerated."
            );
        await database.RunAloneAsync(
            async () =>
            {
                await ring.ProtectAllAsync(cancellationToken);
                protection.CreateProtector(nameof(PostgresStart)).Protect([]);
            },
            cancellationToken
        );
    }
}
