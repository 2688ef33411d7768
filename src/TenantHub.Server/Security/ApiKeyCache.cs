using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using TenantHub.Security;

namespace TenantHub.Server.Security;

/// <summary>
/// The API keys in use, so that a call costs no read of the database. Each is looked up again every few seconds, by one of the callers that
/// come meanwhile. Only keys that exist are kept, so nobody can fill it up.
/// </summary>
internal sealed partial class ApiKeyCache(IApiKeyStore store, IOptions<ApiKeyOptions> options, TimeProvider clock, ILogger<ApiKeyCache> logger)
{
    private static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Entry> _entries = [];
    private readonly ConcurrentDictionary<string, long> _touched = [];

    /// <summary>Gives what is known of the key with the hash, revoked and expired ones too; null when there is none.</summary>
    public async ValueTask<ApiKey?> FindAsync(string hash)
    {
        var known = _entries.GetValueOrDefault(hash);
        var entry = known is null || clock.GetElapsedTime(known.ReadAt) >= options.Value.LookUpEvery ? Renew(hash, known) : known;
        if (await entry.Key is not { } key) return null;
        Touch(key);
        return key;
    }

    /// <summary>This server learns of a revocation at once.</summary>
    public void Forget(string id)
    {
        foreach (var (hash, entry) in _entries)
        {
            if (entry.Key is { IsCompletedSuccessfully: true, Result.Id: var known } && known == id) _entries.TryRemove(hash, out _);
        }
    }

    /// <summary>One of those who find the entry old looks it up; the others wait for the same answer.</summary>
    private Entry Renew(string hash, Entry? known)
    {
        var fresh = new Entry(clock.GetTimestamp());
        var winner = known is null ? _entries.GetOrAdd(hash, fresh)
            : _entries.TryUpdate(hash, fresh, known) ? fresh
            : _entries.GetOrAdd(hash, fresh);
        if (ReferenceEquals(winner, fresh)) _ = LoadAsync(hash, fresh, known);
        return winner;
    }

    private async Task LoadAsync(string hash, Entry entry, Entry? before)
    {
        try
        {
            var key = await store.FindByHashAsync(hash);
            if (key is null) _entries.TryRemove(new(hash, entry));
            entry.Loaded(key, clock.GetTimestamp());
        }
        catch (Exception exception)
        {
            if (before is { Key.IsCompletedSuccessfully: true } && clock.GetElapsedTime(before.ProvenAt) < options.Value.KeepWithoutDatabase)
            {
                LogKept(exception);
                entry.Loaded(await before.Key, before.ProvenAt);
                return;
            }

            _entries.TryRemove(new(hash, entry));
            entry.Failed(exception);
        }
    }

    private void Touch(ApiKey key)
    {
        var now = clock.GetTimestamp();
        var last = _touched.GetOrAdd(key.Id, long.MinValue);
        if (last != long.MinValue && clock.GetElapsedTime(last, now) < TouchEvery) return;
        if (_touched.TryUpdate(key.Id, now, last)) _ = WriteAsync(); // Not waited for: it is a note, not an answer.

        async Task WriteAsync()
        {
            try
            {
                await store.TouchAsync(key.Id, clock.GetUtcNow());
            }
            catch (Exception exception)
            {
                LogNotTouched(exception, key.Id);
            }
        }
    }

    [LoggerMessage(7101, LogLevel.Warning, "The API keys cannot be looked up; a key that was valid goes on being accepted for a while")]
    private partial void LogKept(Exception exception);

    [LoggerMessage(7102, LogLevel.Warning, "The last use of API key {KeyId} could not be noted")]
    private partial void LogNotTouched(Exception exception, string keyId);

    /// <summary>One look-up and its answer.</summary>
    private sealed class Entry(long readAt)
    {
        private readonly TaskCompletionSource<ApiKey?> _key = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Gets when the look-up began.</summary>
        public long ReadAt => readAt;

        /// <summary>Gets when the database last said so; before that the entry has no answer.</summary>
        public long ProvenAt { get; private set; }

        public Task<ApiKey?> Key => _key.Task;

        public void Loaded(ApiKey? key, long provenAt)
        {
            ProvenAt = provenAt;
            _key.SetResult(key);
        }

        public void Failed(Exception exception) => _key.SetException(exception);
    }
}
