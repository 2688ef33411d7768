using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage;

/// <summary>What every grain storage of ours must do, whatever the database.</summary>
public abstract class GrainStorageSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private static readonly GrainId Key = GrainId.Create("account", "acc_1");

    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    internal GrainStateSerializer Serializer { get; } = new(new EphemeralDataProtectionProvider());

    internal IActivatorProvider Activators => _services.GetRequiredService<IActivatorProvider>();

    /// <summary>Gives a storage over the suite's database; every call opens it anew, as a restarted silo would.</summary>
    protected abstract IGrainStorage OpenStorage();

    [Fact]
    public async Task AbsentState_ReadsAsNewWithoutETag()
    {
        var read = await ReadAsync(OpenStorage(), "a");

        Assert.False(read.RecordExists);
        Assert.Null(read.ETag);
        Assert.Equal(0, read.State!.CallCount);
    }

    [Fact]
    public async Task WrittenState_IsReadBackWithItsETag()
    {
        var storage = OpenStorage();
        var written = await WriteAsync(
            storage,
            "a",
            new SampleState
            {
                Label = "Köln 'x'; --",
                CallCount = 7,
                ClientSecret = new Secret("s3cret"),
            }
        );

        var read = await ReadAsync(storage, "a");

        Assert.True(read.RecordExists);
        Assert.Equal(written.ETag, read.ETag);
        Assert.Equal("Köln 'x'; --", read.State!.Label);
        Assert.Equal(7, read.State!.CallCount);
        Assert.Equal("s3cret", read.State!.ClientSecret!.Reveal());
    }

    [Fact]
    public async Task DamagedState_IsNamed_WithItsGrainAndTable()
    {
        await WriteAsync(OpenStorage(), "a", new SampleState());
        await Open()
            .WriteAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        "UPDATE grain_state SET payload = @payload",
                        cancellation,
                        ("@payload", "{\"v\":1"u8.ToArray())
                    ),
                TestContext.Current.CancellationToken
            );

        var fault = await Assert.ThrowsAsync<StorageException>(() => ReadAsync(OpenStorage(), "a"));

        Assert.True(fault.IsDamage);
        Assert.Contains($"the state \"a\" of {Key} in the table grain_state", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryWrite_ChangesTheETag()
    {
        var storage = OpenStorage();
        var state = await WriteAsync(storage, "a", new SampleState());
        var first = state.ETag;

        await storage.WriteStateAsync("a", Key, state);

        Assert.NotEqual(first, state.ETag);
    }

    [Fact]
    public async Task StaleWrite_IsRefusedAndChangesNothing()
    {
        var storage = OpenStorage();
        await WriteAsync(storage, "a", new SampleState { CallCount = 1 });
        var (mine, theirs) = (await ReadAsync(storage, "a"), await ReadAsync(storage, "a"));
        theirs.State = new SampleState { CallCount = 2 };
        await storage.WriteStateAsync("a", Key, theirs);
        mine.State = new SampleState { CallCount = 3 };
        var staleETag = mine.ETag;

        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("a", Key, mine));

        Assert.Equal(staleETag, mine.ETag);
        Assert.Equal(2, (await ReadAsync(storage, "a")).State!.CallCount);
    }

    [Fact]
    public async Task WriteWithoutETag_OverAnExistingRowIsRefused()
    {
        var storage = OpenStorage();
        await WriteAsync(storage, "a", new SampleState { CallCount = 1 });

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(storage, "a", new SampleState { CallCount = 2 }));

        Assert.Equal(1, (await ReadAsync(storage, "a")).State!.CallCount);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("-1")]
    [InlineData("not a number")]
    public async Task WriteWithAnUnknownETag_IsRefused(string etag)
    {
        var storage = OpenStorage();

        await Assert.ThrowsAsync<InconsistentStateException>(() =>
            storage.WriteStateAsync("a", Key, new GrainState<SampleState>(new SampleState(), etag))
        );

        Assert.Null((await ReadAsync(storage, "a")).ETag);
    }

    [Fact]
    public async Task ClearedState_ReadsAsAbsentAndKeepsCounting()
    {
        var storage = OpenStorage();
        var state = await WriteAsync(storage, "a", new SampleState { CallCount = 1 });
        var before = state.ETag;

        await storage.ClearStateAsync("a", Key, state);

        var read = await ReadAsync(storage, "a");
        Assert.False(state.RecordExists);
        Assert.Equal(0, state.State!.CallCount);
        Assert.False(read.RecordExists);
        Assert.Equal(state.ETag, read.ETag);
        Assert.NotEqual(before, read.ETag);
    }

    [Fact]
    public async Task ClearedState_CanBeWrittenAgainOnlyWithItsETag()
    {
        var storage = OpenStorage();
        var state = await WriteAsync(storage, "a", new SampleState { CallCount = 1 });
        var stale = new GrainState<SampleState>(new SampleState(), state.ETag);
        await storage.ClearStateAsync("a", Key, state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("a", Key, stale));
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(storage, "a", new SampleState()));
        state.State = new SampleState { CallCount = 5 };
        await storage.WriteStateAsync("a", Key, state);

        Assert.Equal(5, (await ReadAsync(storage, "a")).State!.CallCount);
    }

    [Fact]
    public async Task StaleClear_IsRefused()
    {
        var storage = OpenStorage();
        var state = await WriteAsync(storage, "a", new SampleState { CallCount = 1 });
        var stale = new GrainState<SampleState>(new SampleState(), state.ETag);
        await storage.WriteStateAsync("a", Key, state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("a", Key, stale));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("a", Key, new GrainState<SampleState>()));

        Assert.True((await ReadAsync(storage, "a")).RecordExists);
    }

    [Fact]
    public async Task ClearOfAnAbsentState_LeavesNoRow()
    {
        var storage = OpenStorage();

        await storage.ClearStateAsync("a", Key, new GrainState<SampleState>());

        Assert.Null((await ReadAsync(storage, "a")).ETag);
    }

    [Fact]
    public async Task StateNamesAndKeys_AreSeparate()
    {
        var storage = OpenStorage();
        await WriteAsync(storage, "a", new SampleState { CallCount = 1 });
        await WriteAsync(storage, "b", new SampleState { CallCount = 2 });
        await storage.WriteStateAsync(
            "a",
            GrainId.Create("profile", "acc_1"),
            new GrainState<SampleState>(new SampleState { CallCount = 3 })
        );

        Assert.Equal(1, (await ReadAsync(storage, "a")).State!.CallCount);
        Assert.Equal(2, (await ReadAsync(storage, "b")).State!.CallCount);
    }

    /// <summary>Profiles have ids that people choose, and some look like numbers.</summary>
    [Fact]
    public async Task KeysThatReadAsTheSameNumber_AreSeparate()
    {
        var storage = OpenStorage();
        string[] keys = ["1", "01", "0000000000000001", "cafe", "0cafe", "00000000000000000000000000000001", "1+x"];
        foreach (var (index, key) in keys.Index())
            await storage.WriteStateAsync(
                "a",
                GrainId.Create("profile", key),
                new GrainState<SampleState>(new SampleState { CallCount = index })
            );

        foreach (var (index, key) in keys.Index())
        {
            var read = new GrainState<SampleState>();
            await storage.ReadStateAsync("a", GrainId.Create("profile", key), read);
            Assert.Equal(index, read.State!.CallCount);
        }
    }

    [Fact]
    public async Task ConcurrentWriters_ExactlyOneWinsPerVersion()
    {
        const int writers = 8,
            rounds = 25;
        var storage = OpenStorage();
        await WriteAsync(storage, "a", new SampleState());
        using var barrier = new Barrier(writers);
        var wins = 0;

        // Threads of their own: each round starts only when every writer has read the same version.
        var threads = Enumerable
            .Range(0, writers)
            .Select(_ =>
                Task.Factory.StartNew(
                    () =>
                    {
                        for (var round = 0; round < rounds; round++)
                        {
                            var mine = ReadAsync(storage, "a").GetAwaiter().GetResult();
                            mine.State = mine.State! with { CallCount = mine.State!.CallCount + 1 };
                            barrier.SignalAndWait(TestContext.Current.CancellationToken);
                            try
                            {
                                storage.WriteStateAsync("a", Key, mine).GetAwaiter().GetResult();
                                Interlocked.Increment(ref wins);
                            }
                            catch (InconsistentStateException)
                            {
                                // Lost this version to another writer, as all but one must.
                            }

                            barrier.SignalAndWait(TestContext.Current.CancellationToken);
                        }
                    },
                    TestContext.Current.CancellationToken,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default
                )
            );
        await Task.WhenAll(threads);

        Assert.Equal(rounds, wins);
        Assert.Equal(rounds, (await ReadAsync(storage, "a")).State!.CallCount);
    }

    [Fact]
    public async Task ReopenedStorage_StillHasEverything()
    {
        var written = await WriteAsync(OpenStorage(), "a", new SampleState { CallCount = 9 });

        var read = await ReadAsync(OpenStorage(), "a");

        Assert.Equal(9, read.State!.CallCount);
        Assert.Equal(written.ETag, read.ETag);
    }

    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _services.Dispose();
        return base.DisposeAsync();
    }

    internal static async Task<GrainState<SampleState>> ReadAsync(IGrainStorage storage, string name)
    {
        var state = new GrainState<SampleState>();
        await storage.ReadStateAsync(name, Key, state);
        return state;
    }

    internal static async Task<GrainState<SampleState>> WriteAsync(IGrainStorage storage, string name, SampleState value)
    {
        var state = new GrainState<SampleState>(value);
        await storage.WriteStateAsync(name, Key, state);
        return state;
    }
}
