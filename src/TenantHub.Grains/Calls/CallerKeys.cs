using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TenantHub.Accounts;
using TenantHub.Errors;
using TenantHub.Security;

namespace TenantHub.Calls;

/// <summary>
/// Whether the API key of a call is still good when a request of it leaves. A key was judged when the call came; until it is sent, or until
/// the last of its requests is, minutes may pass. 1. A revocation is told to all silos before it is answered. 2. When a key ends by itself is
/// known from when it was last read. 3. Should the news be lost, a key that was read too long ago is read again.
/// </summary>
public sealed partial class CallerKeys(IApiKeyStore keys, TimeProvider clock, ILogger<CallerKeys> logger)
{
    private const string Prefix = "key:";
    private const string KeyPrefix = Prefix + "key_";

    /// <summary>A server may go by what it knows of a key for about as long (README).</summary>
    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Known> _known = []; // Only of keys that exist: nobody can fill it up.

    /// <summary>Notes what the database has said of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="readAt">The timestamp of the question.</param>
    public void Note(ApiKey key, long readAt)
    {
        ArgumentNullException.ThrowIfNull(key);
        var known = _known.GetOrAdd(Prefix + key.Id, static _ => new Known());
        (known.ReadAt, known.ExpiresAt) = (readAt, key.ExpiresAt);
        known.IsRevoked |= key.RevokedAt is not null; // For good: what was read before the revocation may come after it.
    }

    /// <summary>Notes that a key was revoked.</summary>
    public void NoteRevoked(string keyId) => _known.GetOrAdd(Prefix + keyId, static _ => new Known()).IsRevoked = true;

    /// <summary>Tells whether a key is known to have been revoked.</summary>
    public bool IsRevoked(string keyId) => _known.TryGetValue(Prefix + keyId, out var known) && known.IsRevoked;

    /// <summary>Why nothing more may be sent for a caller; null when it may, also when the database cannot tell: a known key works while it is
    /// away.</summary>
    /// <param name="callerId">Who calls, as in <see cref="Actions.ActionRequest.CallerId"/>.</param>
    /// <param name="sinceJudged">How long ago the caller was let in, or its request began.</param>
    internal ValueTask<ServiceError?> RefuseEndedAsync(string? callerId, TimeSpan sinceJudged)
    {
        if (callerId is null || !callerId.StartsWith(KeyPrefix, StringComparison.Ordinal))
            return default;
        _known.TryGetValue(callerId, out var known);
        if (known is not null && HasEnded(known))
            return new(AccountErrors.KeyEnded());
        if (known is not null && clock.GetElapsedTime(known.ReadAt) < Trusted)
            return default;
        var reading = ReadAsync(callerId, known);
        return sinceJudged > Trusted ? new(WaitAsync(callerId, reading)) : default; // The requests that follow have what is read now.
    }

    private bool HasEnded(Known known) => known.IsRevoked || known.ExpiresAt <= clock.GetUtcNow();

    private async Task<ServiceError?> WaitAsync(string callerId, Task reading)
    {
        await reading;
        return _known.TryGetValue(callerId, out var known) && HasEnded(known) ? AccountErrors.KeyEnded() : null;
    }

    /// <summary>One look at a time for a key that is known.</summary>
    private Task ReadAsync(string callerId, Known? known)
    {
        if (known is null)
            return LookUpAsync(callerId[Prefix.Length..]);
        lock (known)
            return known.Reading is { IsCompleted: false } running ? running : known.Reading = LookUpAsync(callerId[Prefix.Length..]);
    }

    private async Task LookUpAsync(string keyId)
    {
        try
        {
            var readAt = clock.GetTimestamp();
            if (await keys.FindAsync(keyId) is { } key)
                Note(key, readAt);
        }
        catch (Exception exception)
        {
            LogNotLookedUp(exception, keyId);
        }
    }

    [LoggerMessage(2008, LogLevel.Warning, "The API key {KeyId} of a call could not be looked up again; it counts as good")]
    private partial void LogNotLookedUp(Exception exception, string keyId);

    private sealed class Known
    {
        private volatile bool _isRevoked;

        public bool IsRevoked
        {
            get => _isRevoked;
            set => _isRevoked = value;
        }

        public long ReadAt { get; set; }

        public DateTimeOffset? ExpiresAt { get; set; }

        public Task? Reading { get; set; }
    }
}
