using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using TenantHub.Actions;
using TenantHub.Profiles;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Accounts;

public sealed class LinkedAccountTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private static readonly ActionRequest ListUsers = new("autodesk_list_account_users");

    private SiloCluster Hub => fixture.Hub;

    [Fact]
    public async Task AccountHealsByBeingUsed_OnceTheLastLookIsOldEnough()
    {
        var (account, _, clientId) = await Hub.LinkAsync(provisioned: false);
        var refused = Assert.IsType<ActionResult.Failed>(await account.RunActionAsync(ListUsers, TestContext.Current.CancellationToken));
        var linked = Assert.IsType<AccountResult.Described>(await account.DescribeAsync()).Account;
        await Hub.Emulator.AddAccountAsync([clientId], id: linked.AccAccountId);
        var tooSoon = Assert.IsType<ActionResult.Failed>(await account.RunActionAsync(ListUsers, TestContext.Current.CancellationToken));

        Hub.Clock.Advance(TimeSpan.FromSeconds(5));
        var done = await account.RunActionAsync(ListUsers, TestContext.Current.CancellationToken);

        Assert.Equal((ErrorCode.CustomIntegrationMissing, ErrorCode.CustomIntegrationMissing), (refused.Error.Code, tooSoon.Error.Code));
        Assert.IsType<ActionResult.Succeeded>(done);
        var healed = Assert.IsType<AccountResult.Described>(await account.DescribeAsync()).Account;
        Assert.Equal((AccountStatus.Active, "verified"), (healed.Status, healed.Reason));
        var history = (await account.GetLiveStateAsync())!.History;
        Assert.Equal([AccountStatus.Active, AccountStatus.AwaitingProvisioning], history.Select(change => change.Status));
    }

    [Fact]
    public async Task CallThatWaitsTooLong_IsTurnedAway_WhenTheHubsClockSaysSo()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var linked = (await Hub.Emulator.JournalAsync(clientId)).Max(record => record.Seq);
        await Hub.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/hq" },
                kind = "latency",
                delay_ms = 15_000,
                times = 1,
            }
        );
        var running = account.RunActionAsync(ListUsers, TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => Hub.Emulator.Delayed > 0, "a request is at Autodesk");
        var waiting = account.RunActionAsync(
            new ActionRequest("autodesk_list_hubs") { MaxWait = TimeSpan.FromSeconds(10) },
            TestContext.Current.CancellationToken
        );
        await Until.TrueAsync(async () => (await account.GetLiveStateAsync())!.Lane.Waiting.Count > 0, "a call waits");

        Hub.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(ErrorCode.DeadlineExceeded, Assert.IsType<ActionResult.Failed>(await waiting).Error.Code);
        Hub.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.IsType<ActionResult.Succeeded>(await running);
        Assert.Single(await Hub.Emulator.JournalAsync(clientId, since: linked)); // The slow call.
    }

    [Fact]
    public async Task CallerThatGoesAwayWhileWaiting_SendsNothing()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        await Hub.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/hq" },
                kind = "latency",
                delay_ms = 1_000,
                times = 1,
            }
        );
        var running = account.RunActionAsync(ListUsers, TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => Hub.Emulator.Delayed > 0, "a request is at Autodesk");
        using var caller = new CancellationTokenSource();
        var waiting = account.RunActionAsync(new ActionRequest("autodesk_list_buckets"), caller.Token);
        await Until.TrueAsync(async () => (await account.GetLiveStateAsync())!.Lane.Waiting.Count > 0, "a call waits");

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        // The caller is told at once, while the word of it is still on its way to the lane.
        await Until.TrueAsync(async () => (await account.GetLiveStateAsync())!.Lane.Waiting.Count == 0, "no call waits");
        Hub.Clock.Advance(TimeSpan.FromSeconds(1));
        await running;
        Assert.DoesNotContain(
            await Hub.Emulator.JournalAsync(clientId),
            record => record.Path.StartsWith("/oss", StringComparison.Ordinal)
        );
    }

    /// <summary>The first of them has to look for changes of the profile; the others must not overtake it meanwhile.</summary>
    [Fact]
    public async Task CallsThatCome_WhileTheProfileIsReadAgain_KeepTheirOrder()
    {
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        var emulated = await Hub.Emulator.AddAccountAsync([clientId]);
        await Hub
            .Grains.GetGrain<IConnectorProfileGrain>(clientId)
            .CreateAsync(
                new CreateProfileRequest
                {
                    Name = "P",
                    ClientId = clientId,
                    ClientSecret = new Secret(secret),
                },
                TestContext.Current.CancellationToken
            );
        var account = Hub.Account(LinkedAccountId.New(Hub.Clock).Value);
        await account.LinkAsync(
            new LinkAccountRequest
            {
                OriginOwnerId = "o",
                OriginOwnerName = "O",
                ProfileId = clientId,
                AccAccountId = (string)emulated["acc_account_id"]!,
            },
            TestContext.Current.CancellationToken
        );
        var linked = (await Hub.Emulator.JournalAsync(clientId)).Max(record => record.Seq);
        account = Hub.Silo.GetRequiredService<IGrainFactory>().GetGrain<ILinkedAccountGrain>(account.GetPrimaryKeyString()); // Calls from outside may pass each other on their way.
        string[] sizes = [.. Enumerable.Range(11, 20).Select(size => $"{size}")];
        Hub.Clock.Advance(TimeSpan.FromSeconds(10));

        await Task.WhenAll(
            sizes.Select(size =>
                account.RunActionAsync(
                    new ActionRequest("autodesk_list_buckets") { Query = new Dictionary<string, string[]> { ["page_size"] = [size] } },
                    TestContext.Current.CancellationToken
                )
            )
        );

        var seen = (await Hub.Emulator.JournalAsync(clientId, since: linked))
            .Where(record => record.Path == "/oss/v2/buckets")
            .OrderBy(record => record.StartedUs);
        Assert.Equal(sizes.Select(size => $"region=US&limit={size}"), seen.Select(record => record.Query));
    }

    [Fact]
    public void Transitions_AreClosed_AndUnlinkedIsTheEnd() =>
        Gen.Enum<AccountStatus>()
            .Array[1, 30]
            .Sample(steps =>
            {
                var status = AccountStatus.Pending;
                foreach (var next in steps)
                {
                    if (!AccountTransitions.IsAllowed(status, next))
                        continue;
                    if (status == AccountStatus.Unlinked && next != AccountStatus.Unlinked)
                        return false;
                    status = next;
                }

                return status == AccountStatus.Unlinked || AccountTransitions.IsAllowed(status, AccountStatus.Suspended);
            });
}
