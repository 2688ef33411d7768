using TenantHub.Calls;
using TenantHub.Health;
using TenantHub.Security;

namespace TenantHub.Server.Security;

/// <summary>Revokes keys: written down first, then told to all servers, so that nothing leaves for the key after the answer.</summary>
internal sealed class KeyRevocation(IApiKeyStore store, CallerKeys callers, ApiKeyCache cache, Peers peers, TimeProvider clock)
{
    /// <summary>Revokes a key for good; null when there is none.</summary>
    public async Task<ApiKey?> RevokeAsync(string id)
    {
        var key = await store.RevokeAsync(id, clock.GetUtcNow());
        if (key is null)
            return null;
        callers.NoteRevoked(id);
        cache.Forget(id);
        await peers.TellOfKeyAsync(id);
        return key;
    }
}
