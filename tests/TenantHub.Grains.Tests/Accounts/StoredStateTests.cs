using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using TenantHub.Events;
using TenantHub.Profiles;
using TenantHub.Quotas;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Accounts;

/// <summary>Nobody sees a state that is not stored, and nothing stays stored that nobody needs.</summary>
public sealed class StoredStateTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private const string Url = "http://127.0.0.1:1/events";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SiloCluster Hub => fixture.Hub;

    [Fact]
    public async Task WhileAChangeIsBeingStored_EverybodySeesTheStateBefore()
    {
        var (account, _, _) = await Hub.LinkAsync();
        var endpoints = Hub.Grains.GetGrain<IEventEndpointsGrain>(IEventEndpointsGrain.Key);
        Task<AccountResult> suspending;
        Task<EventEndpointResult> registering;

        using (Locked())
        {
            (suspending, registering) = (account.SuspendAsync(), endpoints.RegisterAsync(Url, null));
            Assert.Equal(AccountStatus.Active, Assert.IsType<AccountResult.Described>(await account.DescribeAsync()).Account.Status);
            Assert.Empty(await endpoints.ListAsync());
            Assert.False(suspending.IsCompleted || registering.IsCompleted, "The lock did not hold the changes up: this proves nothing.");
        }

        Assert.Equal(AccountStatus.Suspended, Assert.IsType<AccountResult.Described>(await suspending).Account.Status);
        Assert.Equal((await registering).Endpoint!.Id, Assert.Single(await endpoints.ListAsync()).Id);
        await endpoints.RemoveAsync((await registering).Endpoint!.Id);
    }

    [Fact]
    public async Task ChangeThatCouldNotBeStored_IsSeenByNobody()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var endpoints = Hub.Grains.GetGrain<IEventEndpointsGrain>(IEventEndpointsGrain.Key);
        var profile = Hub.Grains.GetGrain<IConnectorProfileGrain>("p-" + clientId);
        await profile.CreateAsync(new CreateProfileRequest { Name = "before" }, Cancel);
        AccountResult suspended;
        EventEndpointResult registered;
        ProfileResult renamed;

        using (Locked())
        {
            var (suspending, registering) = (account.SuspendAsync(), endpoints.RegisterAsync(Url, null));
            renamed = await profile.UpdateAsync(new UpdateProfileRequest { Name = "after" }, Cancel);
            (suspended, registered) = (await suspending, await registering);
        }

        Assert.Equal(ErrorCode.StorageUnavailable, Assert.IsType<AccountResult.Failed>(suspended).Error.Code);
        Assert.Equal(ErrorCode.StorageUnavailable, registered.Error?.Code);
        Assert.Equal(ErrorCode.StorageUnavailable, Assert.IsType<ProfileResult.Failed>(renamed).Error.Code);
        Assert.Equal(AccountStatus.Active, Assert.IsType<AccountResult.Described>(await account.DescribeAsync()).Account.Status);
        Assert.Empty(await endpoints.ListAsync());
        Assert.Equal("before", Assert.IsType<ProfileResult.Described>(await profile.DescribeAsync()).Profile.Name);
    }

    /// <summary>Changes of one account are stored one after the other; too many at once are refused, and the others lose nothing.</summary>
    [Fact]
    public async Task ManyChangesAtOnce_AreStoredInTurn_UpToALimit()
    {
        var (account, id, _) = await Hub.LinkAsync();
        var before = Assert.IsType<AccountResult.Described>(await account.DescribeAsync()).Account.Revision;
        List<Task<AccountResult>> changing;

        using (Locked())
        {
            changing =
            [
                .. Enumerable.Range(0, 1000).Select(i => account.UpdateAsync(new UpdateAccountRequest { Label = $"label {i}" }, Cancel)),
            ];
            await Until.TrueAsync(() => changing.Any(change => change.IsCompleted), "some were refused");
        }

        var results = await Task.WhenAll(changing);
        var refused = results.OfType<AccountResult.Failed>().Select(failed => failed.Error.Code).ToList();
        var stored = results.OfType<AccountResult.Described>().ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, code => Assert.Equal(ErrorCode.LaneFull, code));
        Assert.NotEmpty(stored);
        var behind = new GrainState<LinkedAccountState>();
        await Storage.ReadStateAsync("account", account.GetGrainId(), behind);
        Assert.Equal(before + stored.Count, behind.State!.Account!.Revision);
        Assert.Equal(id, behind.State.Account.Id);
    }

    /// <summary>Client ids come and go; what is stored of their limits goes with them.</summary>
    [Fact]
    public async Task LimitThatIsAsAtFirst_LeavesNoRow()
    {
        var quota = Hub.Grains.GetGrain<IQuotaGrain>(QuotaKey.Of("client-" + Guid.NewGuid().ToString("N"), "oss"));
        await quota.SetLimitAsync(7);
        Assert.True(await IsStoredAsync());

        await quota.SetLimitAsync(null);
        await Hub.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, Cancel);

        await Until.TrueAsync(async () => !await IsStoredAsync(), "its row is gone");

        async Task<bool> IsStoredAsync()
        {
            var state = new GrainState<QuotaState>(new());
            await Storage.ReadStateAsync("quota", quota.GetGrainId(), state);
            return state.RecordExists;
        }
    }

    private IGrainStorage Storage => Hub.Silo.GetRequiredKeyedService<IGrainStorage>("Default");

    /// <summary>Another program holds the database's lock until this is disposed.</summary>
    private SqliteConnection Locked()
    {
        var connection = new SqliteConnection($"Data Source={Hub.DatabaseFile};Pooling=False");
        connection.Open();
        using var begin = new SqliteCommand("BEGIN IMMEDIATE", connection);
        begin.ExecuteNonQuery();
        return connection;
    }
}
