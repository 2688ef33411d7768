using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Services;
using TenantHub.Calls;
using TenantHub.Profiles;

namespace TenantHub.Health;

/// <summary>What a silo knows of its own health and tells the others.</summary>
public sealed class SiloHealth(TimeProvider clock)
{
    /// <summary>Less than the time for which a silo alone may be without its database: what was so before says nothing of now.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(2);

    private long? _answeredAt;

    /// <summary>Gets whether the database has answered this silo lately; a silo that stands still says no.</summary>
    public bool HasDatabase => _answeredAt is { } at && clock.GetElapsedTime(at) < Lately;

    /// <summary>Notes that the database has answered a question.</summary>
    /// <param name="askedAt">The timestamp of the question.</param>
    public void DatabaseAnswered(long askedAt) => _answeredAt = askedAt;
}

/// <summary>There is one on each silo. That it answers says that the silo can be reached.</summary>
[Alias("tenanthub.silo-pulse")]
internal interface ISiloPulse : IGrainService
{
    /// <summary>Tells whether the database answers this silo.</summary>
    [Alias("HasDatabase"), ResponseTimeout("00:00:02")]
    Task<bool> HasDatabaseAsync();

    /// <summary>Asks another silo whether it is there, on behalf of one that it does not answer.</summary>
    [Alias("Reaches"), ResponseTimeout("00:00:02")]
    Task<bool> ReachesAsync(SiloAddress other);

    /// <summary>Tells that a profile has changed.</summary>
    [Alias("ProfileChanged"), ResponseTimeout("00:00:02")]
    Task<bool> ProfileChangedAsync(string profileId);

    /// <summary>Tells that an API key was revoked.</summary>
    [Alias("KeyRevoked"), ResponseTimeout("00:00:02")]
    Task<bool> KeyRevokedAsync(string keyId);
}

/// <inheritdoc cref="ISiloPulse"/>
[Reentrant] // It keeps nothing between two awaits.
internal sealed class SiloPulse(
    GrainId id,
    Silo silo,
    ILoggerFactory loggers,
    SiloHealth health,
    Peers peers,
    ProfileNews news,
    CallerKeys keys
) : GrainService(id, silo, loggers), ISiloPulse
{
    public Task<bool> HasDatabaseAsync() => Task.FromResult(health.HasDatabase);

    public Task<bool> ProfileChangedAsync(string profileId)
    {
        news.Note(profileId);
        return Task.FromResult(true);
    }

    public Task<bool> KeyRevokedAsync(string keyId)
    {
        keys.NoteRevoked(keyId);
        return Task.FromResult(true);
    }

    public async Task<bool> ReachesAsync(SiloAddress other) => await peers.AskAsync(other) is not null;
}
