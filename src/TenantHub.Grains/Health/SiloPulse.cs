using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Services;
using TenantHub.Profiles;

namespace TenantHub.Health;

/// <summary>What a silo knows of its own health and tells the others.</summary>
public sealed class SiloHealth
{
    /// <summary>Gets or sets whether the database has answered this silo lately.</summary>
    public bool HasDatabase { get; set; }
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
}

/// <inheritdoc cref="ISiloPulse"/>
[Reentrant] // Nothing of it spans an await.
internal sealed class SiloPulse(GrainId id, Silo silo, ILoggerFactory loggers, SiloHealth health, Peers peers, ProfileNews news)
    : GrainService(id, silo, loggers), ISiloPulse
{
    public Task<bool> HasDatabaseAsync() => Task.FromResult(health.HasDatabase);

    public Task<bool> ProfileChangedAsync(string profileId)
    {
        news.Note(profileId);
        return Task.FromResult(true);
    }

    public async Task<bool> ReachesAsync(SiloAddress other) => await peers.AskAsync(other) is not null;
}
