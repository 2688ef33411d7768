using System.Runtime.CompilerServices;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Security;
using TenantHub.Server.Errors;
using TenantHub.Storage;

namespace TenantHub.Server.Security;

/// <summary>Who holds an API key, and whether it is good at this moment: one judge for the API, for signing in to the pages, and for pages
/// that are open.</summary>
internal sealed partial class KeyJudge(
    AdminKey adminKey,
    ApiKeyCache keys,
    CallerKeys callers,
    TimeProvider clock,
    ILogger<KeyJudge> logger
)
{
    public static readonly Caller Bootstrap = new("key:bootstrap", "bootstrap admin key", AccessRole.Admin);

    /// <summary>One caller for each key as it was last read, so that what is made of a caller can be kept with it.</summary>
    private readonly ConditionalWeakTable<ApiKey, Caller> _callers = [];

    /// <summary>Judges a key as its holder sends it. Exactly one of caller and refusal is set.</summary>
    public ValueTask<(Caller? Caller, ServiceError? Refusal)> JudgeAsync(string text) =>
        JudgeAsync(ApiKeyText.Hash(text), ApiKeyText.IsKey(text));

    /// <summary>The same for who has hashed the key already. What cannot be a key costs no look into the database.</summary>
    public ValueTask<(Caller? Caller, ServiceError? Refusal)> JudgeAsync(string hash, bool mayBeKey) =>
        mayBeKey || adminKey.IsHash(hash) ? JudgeHashAsync(hash) : new((null, RequestErrors.Unauthenticated()));

    /// <summary>Whether the key with this hash is in use here: then it is judged whatever else came from its holder's address.</summary>
    public bool IsKnown(string hash) => adminKey.IsHash(hash) || keys.IsKnown(hash);

    /// <summary>Judges a key by its hash, of which a page that is open knows no more.</summary>
    public async ValueTask<(Caller? Caller, ServiceError? Refusal)> JudgeHashAsync(string hash)
    {
        if (adminKey.IsHash(hash))
            return (Bootstrap, null);
        try
        {
            return await keys.FindAsync(hash) is { } key ? Judge(key) : (null, RequestErrors.Unauthenticated());
        }
        catch (StorageException exception) when (exception.IsDamage)
        {
            LogNotLookedUp(exception);
            return (null, RequestErrors.KeyDamaged(exception.Message));
        }
        catch (StorageException exception)
        {
            LogNotLookedUp(exception);
            return (null, RequestErrors.KeysUnavailable()); // A good key must not be told that it is bad.
        }
    }

    /// <summary>Who holds a key that has ended may know why it does not work any more.</summary>
    private (Caller? Caller, ServiceError? Refusal) Judge(ApiKey key)
    {
        if (key.RevokedAt is { } revokedAt)
            return (null, RequestErrors.Unauthenticated($"The API key {key.Id} was revoked at {revokedAt:u}."));
        if (callers.IsRevoked(key.Id))
            return (null, RequestErrors.Unauthenticated($"The API key {key.Id} was revoked."));
        if (key.ExpiresAt is { } expiresAt && expiresAt <= clock.GetUtcNow())
            return (null, RequestErrors.Unauthenticated($"The API key {key.Id} expired at {expiresAt:u}."));
        return (_callers.GetValue(key, static key => new Caller("key:" + key.Id, key.Name, key.Role) { Rights = RightsOf(key) }), null);
    }

    /// <summary>What the key is bound to travels with its calls: an account may be given to another owner while a call waits.</summary>
    private static CallerRights? RightsOf(ApiKey key) =>
        key.OriginOwnerIds.Count == 0 && key.ProfileIds.Count == 0
            ? key.Rights
            : (key.Rights ?? new()) with
            {
                OriginOwnerIds = key.OriginOwnerIds,
                ProfileIds = key.ProfileIds,
            };

    [LoggerMessage(7103, LogLevel.Error, "An API key could not be looked up")]
    private partial void LogNotLookedUp(Exception exception);
}
