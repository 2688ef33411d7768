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

    /// <summary>More than a look takes; less than the time after which others take over what a silent silo has.</summary>
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(4);

    /// <summary>For so long what came while the silo stood still is worked off.</summary>
    private static readonly TimeSpan Waking = TimeSpan.FromSeconds(3);

    private long? _answeredAt;
    private long? _lookedAt;
    private long? _wokeAt;

    /// <summary>Gets whether the database has answered this silo lately; a silo that stands still says no.</summary>
    public bool HasDatabase => _answeredAt is { } at && clock.GetElapsedTime(at) < Lately;

    /// <summary>Gets whether the database did not answer when it was last asked.</summary>
    public bool IsDatabaseSilent { get; private set; }

    /// <summary>Gets whether the silo stands still, or did a moment ago: others may have given up since what it is about to do, and told its
    /// caller so.</summary>
    public bool StoodStill =>
        _lookedAt is { } at && (clock.GetElapsedTime(at) > Standstill || (_wokeAt is { } woke && clock.GetElapsedTime(woke) < Waking));

    /// <summary>Notes that the silo works: whoever looks after it calls this about once a second.</summary>
    public void Looked()
    {
        var now = clock.GetTimestamp();
        if (_lookedAt is { } before && clock.GetElapsedTime(before, now) > Standstill)
            _wokeAt = now;
        _lookedAt = now;
    }

    /// <summary>Notes whether the database has answered a question.</summary>
    /// <param name="askedAt">The timestamp of the question.</param>
    /// <param name="answered">Whether it has.</param>
    public void DatabaseAsked(long askedAt, bool answered)
    {
        if (answered)
            _answeredAt = askedAt;
        IsDatabaseSilent = !answered;
    }
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
