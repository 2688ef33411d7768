using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using TenantHub.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Accounts;

/// <summary>
/// For a while two hubs can both believe that they own an account: one of them was frozen, or cut off. What another hub would have done
/// meanwhile is done here behind the activation's back, in the database that both would share.
/// </summary>
public abstract class TwoActivationsSuite
{
    private static readonly ActionRequest ListUsers = new("autodesk_list_account_users");

    protected abstract SiloCluster Hub { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StaleActivation_CannotWrite_AndIsReplaced()
    {
        var (account, id, _) = await Hub.LinkAsync();
        await OvertakeAsync(account);

        var stale = Assert.IsType<AccountResult.Failed>(await account.SuspendAsync());
        AccountResult after;
        do after = await Hub.Account(id).DescribeAsync();
        while (after is AccountResult.Described { Account.Revision: < 100 }); // The old activation ends when it is idle.
        var suspended = Assert.IsType<AccountResult.Described>(await Hub.Account(id).SuspendAsync());

        Assert.Equal(ErrorCode.StorageUnavailable, stale.Error.Code);
        Assert.Equal(
            (AccountStatus.Suspended, "written by another activation", 101),
            (suspended.Account.Status, suspended.Account.Label, suspended.Account.Revision)
        );
    }

    [Fact]
    public async Task StaleActivation_SendsNothingAfterItHasLearntSo()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        await Hub.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/hq" },
                kind = "latency",
                delay_ms = 5_000,
                times = 1,
            }
        );
        var running = account.RunActionAsync(ListUsers, Cancel);
        await Until.TrueAsync(() => Hub.Emulator.Delayed > 0, "a request is at Autodesk");
        var waiting = Enumerable
            .Range(0, 3)
            .Select(_ => account.RunActionAsync(new ActionRequest("autodesk_list_buckets"), Cancel))
            .ToList();
        await Until.TrueAsync(async () => (await account.GetLiveStateAsync())!.Lane.Waiting.Count >= 3, "3 calls wait");
        await OvertakeAsync(account);

        await account.SuspendAsync(); // It learns: its write is refused.
        var refused = await Task.WhenAll(waiting);
        Hub.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.All(refused, result => Assert.Equal(ErrorCode.HubUnavailable, Assert.IsType<ActionResult.Failed>(result).Error.Code));
        Assert.IsType<ActionResult.Succeeded>(await running); // It had been sent before.
        Assert.DoesNotContain(
            await Hub.Emulator.JournalAsync(clientId),
            record => record.Path.StartsWith("/oss", StringComparison.Ordinal)
        );
    }

    /// <summary>The write's answer is lost; before this hub has looked for its effect, another one takes the key. Only that one may send
    /// again.</summary>
    [Fact]
    public async Task KeyThatAnotherHubHasTaken_IsNotSentUnderAgain()
    {
        var (account, id, clientId) = await Hub.LinkAsync();
        var store = Hub.Silo.GetRequiredService<IIdempotencyStore>();
        await Hub.Emulator.FaultAsync(
            new
            {
                match = new { method = "POST", path_prefix = "/oss/v2/buckets" },
                kind = "cut_before",
                times = 1,
            }
        );
        var bucket = "b" + Guid.NewGuid().ToString("N")[..12];
        var request = new ActionRequest("autodesk_create_bucket")
        {
            Body = JsonBytes.From(new { bucketKey = bucket, policyKey = "transient" }),
            IdempotencyKey = "key-" + bucket,
        };
        var running = account.RunActionAsync(request, Cancel);
        await Until.TrueAsync(
            async () =>
                (await Hub.Emulator.JournalAsync(clientId)).Any(sent =>
                    sent.Method == "GET" && sent.Path.Contains(bucket, StringComparison.Ordinal)
                ),
            "it has looked for the bucket"
        );

        var record = (await store.FindAsync(id, request.IdempotencyKey, Cancel))!;
        Assert.NotNull(await store.RenewAsync(id, request.IdempotencyKey, record.SendingAt));
        await Hub.PassTimeUntilAsync(running, account); // It has looked long enough, and would send.

        Assert.Equal(ErrorCode.OutcomeUnknown, Assert.IsType<ActionResult.Failed>(await running).Error.Code); // Only the other hub can know.
        var posts = (await Hub.Emulator.JournalAsync(clientId)).Where(sent => sent is { Method: "POST", Path: "/oss/v2/buckets" });
        Assert.True(posts.Count() <= 1, "Only the request that was cut off may have been sent.");
        Assert.NotNull(await store.FindAsync(id, request.IdempotencyKey, Cancel)); // The other hub's record is not taken away.
    }

    /// <summary>What another activation on another hub would have stored.</summary>
    private async Task OvertakeAsync(ILinkedAccountGrain account)
    {
        var storage = Hub.Silo.GetRequiredKeyedService<IGrainStorage>("Default");
        var behind = new GrainState<LinkedAccountState>();
        await storage.ReadStateAsync("account", account.GetGrainId(), behind);
        behind.State = behind.State! with
        {
            Account = behind.State.Account! with { Label = "written by another activation", Revision = 100 },
        };
        await storage.WriteStateAsync("account", account.GetGrainId(), behind);
    }
}

public sealed class TwoActivationsOnSqliteTests(SiloClusterFixture fixture) : TwoActivationsSuite, IClassFixture<SiloClusterFixture>
{
    protected override SiloCluster Hub => fixture.Hub;
}

public sealed class TwoActivationsOnPostgresTests(PostgresClusterFixture fixture)
    : TwoActivationsSuite,
        IClassFixture<PostgresClusterFixture>
{
    protected override SiloCluster Hub => fixture.Hub;
}
