using Orleans.Storage;
using Xunit;

namespace TenantHub.Storage;

/// <summary>What every grain storage of ours must do; one class per database runs it.</summary>
public abstract class GrainStorageSuite
{
    private static readonly GrainId Account = GrainId.Create("account", "acc_1");

    protected abstract IGrainStorage Storage { get; }

    [Fact]
    public async Task StateThatWasNeverWritten_DoesNotExist_AndIsNew()
    {
        var state = new GrainState<SampleState>();

        await Storage.ReadStateAsync("sample", GrainId.Create("account", "nobody"), state);

        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Equal("", state.State!.Name);
    }

    [Fact]
    public async Task WrittenState_IsReadBack_WithItsVersion()
    {
        var written = await WriteAsync("sample", Account, "one");

        var read = await ReadAsync("sample", Account);

        Assert.True(read.RecordExists);
        Assert.Equal(("one", written.ETag), (read.State!.Name, read.ETag));
    }

    [Fact]
    public async Task StaleWrite_IsRefused_AndChangesNothing()
    {
        var id = GrainId.Create("account", "stale");
        await WriteAsync("sample", id, "first");
        var (mine, other) = (await ReadAsync("sample", id), await ReadAsync("sample", id));
        other.State!.Name = "second";
        await Storage.WriteStateAsync("sample", id, other);
        mine.State!.Name = "lost";

        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("sample", id, mine));

        Assert.Equal("second", (await ReadAsync("sample", id)).State!.Name);
    }

    [Fact]
    public async Task WriteWithoutVersionOverAnExistingRow_IsRefused()
    {
        var id = GrainId.Create("account", "blind");
        await WriteAsync("sample", id, "first");

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("sample", id, "blind"));
    }

    [Fact]
    public async Task ClearedState_IsGone_AndAnOlderActivationCannotWriteAgain()
    {
        var id = GrainId.Create("account", "cleared");
        await WriteAsync("sample", id, "first");
        var (clearing, older) = (await ReadAsync("sample", id), await ReadAsync("sample", id));

        await Storage.ClearStateAsync("sample", id, clearing);
        var read = await ReadAsync("sample", id);

        Assert.False(read.RecordExists);
        Assert.NotNull(read.ETag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("sample", id, older));
        read.State!.Name = "reborn";
        await Storage.WriteStateAsync("sample", id, read);
        Assert.Equal("reborn", (await ReadAsync("sample", id)).State!.Name);
    }

    [Fact]
    public async Task SameKeyUnderTwoStateNames_AreTwoStates()
    {
        var id = GrainId.Create("account", "two");
        await WriteAsync("sample", id, "one");
        await WriteAsync("other", id, "two");

        Assert.Equal(("one", "two"), ((await ReadAsync("sample", id)).State!.Name, (await ReadAsync("other", id)).State!.Name));
    }

    [Fact]
    public async Task ManyWritersOfOneVersion_OnlyOneWins()
    {
        var id = GrainId.Create("account", "race");
        await WriteAsync("sample", id, "start");
        var writers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ReadAsync("sample", id)));

        var outcomes = await Task.WhenAll(writers.Select(async (state, i) =>
        {
            state.State!.Name = $"writer {i}";
            try
            {
                await Storage.WriteStateAsync("sample", id, state);
                return state.State!.Name;
            }
            catch (InconsistentStateException)
            {
                return null;
            }
        }));

        var winner = Assert.Single(outcomes, name => name is not null);
        Assert.Equal(winner, (await ReadAsync("sample", id)).State!.Name);
    }

    protected async Task<GrainState<SampleState>> WriteAsync(string name, GrainId id, string value, Secret? secret = null)
    {
        var state = new GrainState<SampleState> { State = new SampleState { Name = value, Secret = secret } };
        await Storage.WriteStateAsync(name, id, state);
        return state;
    }

    protected async Task<GrainState<SampleState>> ReadAsync(string name, GrainId id)
    {
        var state = new GrainState<SampleState>();
        await Storage.ReadStateAsync(name, id, state);
        return state;
    }
}

/// <summary>A state with a secret.</summary>
[Alias("test.sample")]
public sealed class SampleState
{
    public string Name { get; set; } = "";

    public Secret? Secret { get; set; }
}
