using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TenantHub.Calls;
using TenantHub.Security;
using TenantHub.Storage;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Security;

/// <summary>A server's memory of API keys, before a database that the test makes slow or lets fail.</summary>
public sealed class ApiKeyCacheTests : IDisposable
{
    private static readonly TimeSpan HalfOfLookUpEvery = TimeSpan.FromSeconds(2.5);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
    private readonly Database _database = new();
    private readonly ApiKeyCache _cache;

    public ApiKeyCacheTests() =>
        _cache = new ApiKeyCache(
            _database,
            new CallerKeys(_database, _clock, NullLogger<CallerKeys>.Instance),
            Options.Create(new ApiKeyOptions()),
            _clock,
            NullLogger<ApiKeyCache>.Instance
        );

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KnownKey_IsAnsweredAtOnce_WhileTheDatabaseDoesNotAnswer()
    {
        await _cache.FindAsync("hash");
        _database.Hold();

        for (var passed = HalfOfLookUpEvery; passed < TimeSpan.FromMinutes(1); passed += HalfOfLookUpEvery)
        {
            _clock.Advance(HalfOfLookUpEvery);
            var answer = _cache.FindAsync("hash");
            Assert.True(answer.IsCompletedSuccessfully, $"A caller waits after {passed}.");
            Assert.Equal("key_1", (await answer)!.Id);
        }

        Assert.Equal(2, _database.LookUps); // The first, and the one that waits for its answer.
    }

    [Fact]
    public async Task KeyThatTheDatabaseHasNotConfirmedForAMinute_WaitsForIt()
    {
        await _cache.FindAsync("hash");
        _database.Hold();
        _clock.Advance(HalfOfLookUpEvery);
        await _database.LookUpsReachAsync(2, Cancel);
        _clock.Advance(TimeSpan.FromSeconds(57.5));

        var answer = _cache.FindAsync("hash").AsTask();

        Assert.False(answer.IsCompleted);
        _database.Release();
        Assert.Equal("key_1", (await answer)!.Id);
    }

    [Fact]
    public async Task KeyThatTheDatabaseRefusesToGive_IsGoodForAMinuteAndNoLonger()
    {
        await _cache.FindAsync("hash");
        _database.Fails = true;

        for (var renewals = 2; renewals <= 24; renewals++)
        {
            _clock.Advance(HalfOfLookUpEvery);
            await _database.LookUpsReachAsync(renewals, Cancel);
            Assert.NotNull(await _cache.FindAsync("hash"));
        }

        _clock.Advance(HalfOfLookUpEvery);
        await Assert.ThrowsAsync<StorageException>(async () => await _cache.FindAsync("hash"));
        _database.Fails = false;
        Assert.NotNull(await _cache.FindAsync("hash"));
    }

    /// <summary>Whether somebody calls in between or not: the time is promised.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Revocation_TakesEffectWithinTheStatedTime(bool busy)
    {
        await _cache.FindAsync("hash");
        _clock.Advance(TimeSpan.FromSeconds(2));
        if (busy)
            await _cache.FindAsync("hash");
        _database.Key = _database.Key with { RevokedAt = _clock.GetUtcNow() };

        _clock.Advance(TimeSpan.FromSeconds(5));
        await _database.LookUpsReachAsync(2, Cancel);

        await Until.TrueAsync(async () => (await _cache.FindAsync("hash"))!.RevokedAt is not null, "the revocation is seen"); // The clock stands: only the answer that was given is still on its way.
    }

    [Fact]
    public async Task RevocationOnThisServer_TakesEffectAtOnce()
    {
        await _cache.FindAsync("hash");
        _database.Key = _database.Key with { RevokedAt = _clock.GetUtcNow() };

        _cache.Forget("key_1");

        Assert.NotNull((await _cache.FindAsync("hash"))!.RevokedAt);
    }

    [Fact]
    public async Task CallersWhoComeTogether_ShareOneLookUp()
    {
        _database.Hold();
        var answers = Enumerable.Range(0, 20).Select(_ => _cache.FindAsync("hash").AsTask()).ToList();
        _database.Release();

        Assert.All(await Task.WhenAll(answers), key => Assert.Equal("key_1", key!.Id));
        Assert.Equal(1, _database.LookUps);
    }

    [Fact]
    public async Task KeyThatNobodyUses_IsNotLookedUpAnyMore()
    {
        await _cache.FindAsync("hash");
        for (var renewals = 2; renewals <= 24; renewals++)
        {
            _clock.Advance(HalfOfLookUpEvery);
            await _database.LookUpsReachAsync(renewals, Cancel);
        }

        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(24, _database.LookUps);
        await _cache.FindAsync("hash");

        Assert.Equal(25, _database.LookUps);
    }

    [Fact]
    public async Task UnknownKey_IsNotKept()
    {
        Assert.Null(await _cache.FindAsync("guess"));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, _database.LookUps);

        Assert.Null(await _cache.FindAsync("guess"));
        Assert.Equal(2, _database.LookUps);
    }

    public void Dispose() => _cache.Dispose();

    /// <summary>The database, with one key in it.</summary>
    private sealed class Database : IApiKeyStore
    {
        private readonly Lock _lock = new();
        private readonly List<(int LookUps, TaskCompletionSource Reached)> _waiting = [];
        private TaskCompletionSource _answers = Answering();

        public ApiKey Key { get; set; } =
            new()
            {
                Id = "key_1",
                Name = "shop",
                Role = AccessRole.Backend,
                CreatedAt = default,
                CreatedBy = "test",
            };

        public bool Fails { get; set; }

        public int LookUps { get; private set; }

        public void Hold() => _answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _answers.SetResult();

        public Task LookUpsReachAsync(int lookUps, CancellationToken cancellationToken)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                if (LookUps >= lookUps)
                    reached.SetResult();
                else
                    _waiting.Add((lookUps, reached));
            }

            return reached.Task.WaitAsync(cancellationToken);
        }

        public async Task<ApiKey?> FindByHashAsync(string hash, CancellationToken cancellationToken = default)
        {
            lock (_lock)
            {
                LookUps++;
                foreach (var (_, reached) in _waiting.Where(waiting => waiting.LookUps == LookUps))
                    reached.SetResult();
            }

            await _answers.Task.WaitAsync(cancellationToken);
            if (Fails)
                throw new StorageException("The database does not answer.");
            return hash == "hash" ? Key : null;
        }

        public Task TouchAsync(string id, DateTimeOffset at) => Task.CompletedTask;

        public Task AddAsync(ApiKey key, string hash) => throw new NotSupportedException();

        public Task<ApiKey?> FindAsync(string id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<ApiKey>> ListAsync(int page, int pageSize, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task<ApiKey?> RevokeAsync(string id, DateTimeOffset at) => throw new NotSupportedException();

        private static TaskCompletionSource Answering()
        {
            var answers = new TaskCompletionSource();
            answers.SetResult();
            return answers;
        }
    }
}
