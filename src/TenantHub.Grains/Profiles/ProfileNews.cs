using System.Collections.Concurrent;

namespace TenantHub.Profiles;

/// <summary>
/// Which profiles have changed, so that their accounts on this silo read them again before the next request leaves. A silo that could not
/// be told finds out when its accounts look by themselves.
/// </summary>
internal sealed class ProfileNews(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, long> _changedAt = new();

    public void Note(string profileId) => _changedAt[profileId] = clock.GetTimestamp();

    /// <summary>Whether the profile has changed since it was read.</summary>
    public bool IsNewer(string profileId, long readAt) =>
        !_changedAt.IsEmpty && _changedAt.TryGetValue(profileId, out var changedAt) && changedAt >= readAt;
}
