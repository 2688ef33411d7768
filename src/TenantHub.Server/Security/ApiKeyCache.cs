using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using TenantHub.Calls;
using TenantHub.Security;

namespace TenantHub.Server.Security;

/// <summary>
/// The API keys in use, so that a call costs no read of the database and never waits for one. 1. The first call with a key waits until it
/// is looked up. 2. From then on the key is looked up again behind the callers' backs, twice in the time within which a revocation has to
/// take effect.
/// 3. While the database does not answer, the key is good for as long as it may be trusted without one; then callers wait again, and are
/// told.
/// 4. A key that nobody uses any more is forgotten. Only keys that exist are kept, so nobody can fill it up.
/// </summary>
internal sealed partial class ApiKeyCache(
    IApiKeyStore store,
    CallerKeys callers,
    IOptions<ApiKeyOptions> options,
    TimeProvider clock,
    ILogger<ApiKeyCache> logger
) : IDisposable
{
    private static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Entry> _entries = [];
    private readonly ConcurrentDictionary<string, long> _touched = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeSpan _renewEvery = options.Value.LookUpEvery / 2;
    private readonly TimeSpan _trusted =
        options.Value.KeepWithoutDatabase > options.Value.LookUpEvery ? options.Value.KeepWithoutDatabase : options.Value.LookUpEvery;

    /// <summary>Gives what is known of the key with the hash, revoked and expired ones too; null when there is none.</summary>
    public async ValueTask<ApiKey?> FindAsync(string hash)
    {
        var entry = _entries.GetOrAdd(hash, static _ => new Entry());
        Volatile.Write(ref entry.UsedAt, clock.GetTimestamp());
        var key = entry.Proof is { } proof && clock.GetElapsedTime(proof.At) < _trusted ? proof.Key : await LookUp(hash, entry); // 1, 3
        if (key is not null)
            Touch(key);
        return key;
    }

    /// <summary>Whether the key with the hash is in use here, so that judging it costs no look into the database.</summary>
    public bool IsKnown(string hash) => _entries.TryGetValue(hash, out var entry) && entry.Proof is not null;

    /// <summary>This server learns of a revocation at once.</summary>
    public void Forget(string id)
    {
        foreach (var (hash, entry) in _entries)
        {
            if (entry.Proof?.Key.Id == id)
                _entries.TryRemove(hash, out _);
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    /// <summary>One look-up at a time for each key: all who need it wait for the same answer.</summary>
    private Task<ApiKey?> LookUp(string hash, Entry entry)
    {
        lock (entry)
            return entry.Running is { IsCompleted: false } running ? running : entry.Running = LookUpAsync(hash, entry);
    }

    private async Task<ApiKey?> LookUpAsync(string hash, Entry entry)
    {
        var at = clock.GetTimestamp(); // Before it is asked: the answer may not know of a revocation that comes meanwhile.
        try
        {
            var key = await store.FindByHashAsync(hash);
            if (key is not null)
                callers.Note(key, at); // For its calls that are on their way.
            var isNew = entry.Proof is null;
            entry.Proof = key is null ? null : new Proof(key, at);
            if (key is null)
                _entries.TryRemove(new(hash, entry));
            else if (isNew)
                _ = RenewAsync(hash, entry);
            return key;
        }
        catch when (entry.Proof is null)
        {
            _entries.TryRemove(new(hash, entry));
            throw;
        }
    }

    /// <summary>Keeps an entry fresh for as long as it is there.</summary>
    private async Task RenewAsync(string hash, Entry entry)
    {
        var stopping = _stopping.Token;
        while (true)
        {
            await Task.Delay(_renewEvery, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
                return;
            if (clock.GetElapsedTime(Volatile.Read(ref entry.UsedAt)) >= _trusted)
                _entries.TryRemove(new(hash, entry)); // 4
            if (!_entries.TryGetValue(hash, out var current) || current != entry)
                return;
            try
            {
                await LookUp(hash, entry); // 2
            }
            catch (Exception exception)
            {
                LogNotRenewed(exception);
            }
        }
    }

    private void Touch(ApiKey key)
    {
        var now = clock.GetTimestamp();
        var last = _touched.GetOrAdd(key.Id, long.MinValue);
        if (last != long.MinValue && clock.GetElapsedTime(last, now) < TouchEvery)
            return;
        if (_touched.TryUpdate(key.Id, now, last))
            _ = WriteAsync(); // Not waited for: it is a note, not an answer.

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

    [LoggerMessage(7101, LogLevel.Warning, "An API key cannot be looked up again; it goes on being accepted for a while")]
    private partial void LogNotRenewed(Exception exception);

    [LoggerMessage(7102, LogLevel.Warning, "The last use of API key {KeyId} could not be noted")]
    private partial void LogNotTouched(Exception exception, string keyId);

    /// <summary>A key in use.</summary>
    private sealed class Entry
    {
        public long UsedAt;
        private volatile Proof? _proof;

        /// <summary>Gets or sets what the database last said; null before it has said anything.</summary>
        public Proof? Proof
        {
            get => _proof;
            set => _proof = value;
        }

        public Task<ApiKey?>? Running { get; set; }
    }

    /// <summary>That the key was so when it was asked for.</summary>
    private sealed record Proof(ApiKey Key, long At);
}
