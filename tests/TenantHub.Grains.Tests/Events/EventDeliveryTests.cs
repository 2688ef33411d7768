using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Events;

/// <summary>What the Hub backend is told, on a cluster whose time the test moves.</summary>
public sealed class EventDeliveryTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private SiloCluster Hub => fixture.Hub;

    private IEventEndpointsGrain Endpoints => Hub.Grains.GetGrain<IEventEndpointsGrain>(IEventEndpointsGrain.Key);

    [Fact]
    public async Task LifeOfAnAccount_IsToldInStandardWebhooks_WithSignaturesThatOthersCanVerify()
    {
        await using var receiver = await EventReceiver.StartAsync();
        var (endpoint, secret) = await RegisterAsync(receiver);
        var (account, id, clientId) = await Hub.LinkAsync(provisioned: false);
        var linked = Assert.IsType<AccountResult.Described>(await account.DescribeAsync()).Account;
        await Hub.Emulator.AddAccountAsync([clientId], id: linked.AccAccountId);
        await account.VerifyAsync(TestContext.Current.CancellationToken);
        await account.UpdateAsync(new UpdateAccountRequest { Label = "Renamed" }, TestContext.Current.CancellationToken);
        await account.UnlinkAsync();
        await UntilAsync(() =>
            OfAccount(receiver, id).Any(told => Type(told) == "account.deleted") && OfAccount(receiver, id).Count() >= 5
        );

        Assert.Equal(
            ["account.created", "account.deleted", "account.provisioning_passed", "account.status_changed", "account.updated"],
            OfAccount(receiver, id).Select(Type).Distinct().Order()
        );
        var change = JsonNode.Parse(OfAccount(receiver, id).First(told => Type(told) == "account.status_changed").Body)!["data"]!;
        Assert.Equal(
            ("awaiting_provisioning", "active", "verified"),
            ((string?)change["old_status"], (string?)change["status"], (string?)change["reason"])
        );
        Assert.All(OfAccount(receiver, id), told => Assert.Contains("v1," + Sign(secret, told), told.Signature.Split(' ')));
        Assert.All(OfAccount(receiver, id), told => Assert.DoesNotContain("secret", told.Body, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(OfAccount(receiver, id).Count(), OfAccount(receiver, id).Select(told => told.Id).Distinct().Count());
        await Endpoints.RemoveAsync(endpoint);
    }

    [Fact]
    public async Task Approvals_AreTold_WhenTheyAreAskedFor_Decided_OrExpired()
    {
        await using var receiver = await EventReceiver.StartAsync();
        var (endpoint, _) = await RegisterAsync(receiver);
        var (account, id, _) = await Hub.LinkAsync();
        var call = new ActionRequest("autodesk_create_bucket")
        {
            Body = JsonBytes.From(new { bucketKey = "b" + Guid.NewGuid().ToString("N"), policyKey = "transient" }),
            CallerId = "key:agent",
            Rights = new CallerRights { Approval = ApprovalDemand.Writes },
        };
        var waits = Assert.IsType<ActionResult.Failed>(await account.RunActionAsync(call, TestContext.Current.CancellationToken)).Error;
        Assert.Null((await account.DecideApprovalAsync(waits.ApprovalId!, approve: true, "key:somebody")).Error);
        await UntilAsync(() => OfAccount(receiver, id).Any(told => Type(told) == "approval.approved"));

        var told = OfAccount(receiver, id).Where(told => Type(told).StartsWith("approval.", StringComparison.Ordinal)).ToList();
        Assert.Equal(["approval.requested", "approval.approved"], told.Select(Type));
        var forgotten = Assert
            .IsType<ActionResult.Failed>(
                await account.RunActionAsync(call with { CallerId = "key:other" }, TestContext.Current.CancellationToken)
            )
            .Error;
        await AdvanceAsync(TimeSpan.FromMinutes(61));
        await UntilAsync(() => OfAccount(receiver, id).Any(told => Type(told) == "approval.expired"));
        var expired = Assert.Single(OfAccount(receiver, id), told => Type(told) == "approval.expired");
        Assert.Equal(forgotten.ApprovalId, (string?)JsonNode.Parse(expired.Body)!["data"]!["approval_id"]);
        var data = JsonNode.Parse(told[1].Body)!["data"]!;
        Assert.Equal(
            (waits.ApprovalId, "autodesk_create_bucket", "key:agent", "key:somebody"),
            ((string?)data["approval_id"], (string?)data["action"], (string?)data["caller_id"], (string?)data["decided_by"])
        );
        await Endpoints.RemoveAsync(endpoint);
    }

    /// <summary>A day in which the receiver is down: nothing is lost, and every repeat carries the same id.</summary>
    [Fact]
    public async Task ReceiverThatIsDownForADay_GetsEverythingAfterwards()
    {
        await using var receiver = await EventReceiver.StartAsync();
        var (endpoint, _) = await RegisterAsync(receiver);
        receiver.Answer = 503;
        var (_, id, _) = await Hub.LinkAsync();
        await UntilAsync(() => OfAccount(receiver, id).Any());

        var from = Hub.Clock.GetUtcNow();
        bool IsOver(int days) => Hub.Clock.GetUtcNow() - from >= TimeSpan.FromDays(days);
        while (!IsOver(days: 1) || (OfAccount(receiver, id).Count() < 5 && !IsOver(days: 2))) // On a busy machine attempts fall behind the clock.
            await AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.True(OfAccount(receiver, id).Count() >= 5, $"{OfAccount(receiver, id).Count()} attempts in a day or two");
        Assert.DoesNotContain(OfAccount(receiver, id), told => told.Taken);
        receiver.Answer = 204;
        for (var i = 0; i < 300 && !OfAccount(receiver, id).Any(told => told.Taken); i++)
            await AdvanceAsync(TimeSpan.FromMinutes(10));

        var taken = Assert.Single(OfAccount(receiver, id), told => told.Taken);
        Assert.All(OfAccount(receiver, id), told => Assert.Equal(taken.Id, told.Id));
        await Endpoints.RemoveAsync(endpoint);
    }

    [Fact]
    public async Task AfterDaysOfRefusals_ItIsADeadLetter_ThatCanBeReplayed()
    {
        await using var receiver = await EventReceiver.StartAsync();
        var (endpoint, _) = await RegisterAsync(receiver);
        receiver.Answer = 500;
        var (_, id, _) = await Hub.LinkAsync();
        await UntilAsync(() => OfAccount(receiver, id).Any());
        var directory = Hub.Silo.GetRequiredService<IEventDeliveryStore>();
        IReadOnlyList<EventDelivery> dead = [];
        for (var i = 0; i < 700 && dead.Count == 0; i++)
        {
            await AdvanceAsync(TimeSpan.FromHours(1)); // The last attempts are many hours apart.
            dead = await directory.ListAsync(endpoint, EventDeliveryStatus.Dead, 10, TestContext.Current.CancellationToken);
        }

        var letter = Assert.Single(dead);
        Assert.Equal(("The endpoint answered 500.", 10), (letter.LastFailure, letter.Attempts));
        receiver.Answer = 200;
        Assert.Null((await Endpoints.ReplayAsync(endpoint, letter.EventId)).Error);
        await UntilAsync(() => OfAccount(receiver, id).Any(told => told.Taken));
        Assert.Equal(ErrorCode.EventNotFound, (await Endpoints.ReplayAsync(endpoint, "evt_unknown")).Error!.Code);
        await Endpoints.RemoveAsync(endpoint);
    }

    [Fact]
    public async Task EndpointThatRefusesEverything_IsAskedByOneAtATime_UntilItTakesOne()
    {
        const int Events = 200;
        await using var receiver = await EventReceiver.StartAsync();
        var (endpoint, _) = await RegisterAsync(receiver);
        receiver.Answer = 503;
        var outbox = Hub.Silo.GetRequiredService<IEventDeliveryStore>();
        await HandOverAsync();
        await UntilAsync(() => receiver.Seen.Count == Events);
        Assert.All(receiver.Seen.Skip(100), request => Assert.Equal(0, request.Beside)); // Those before were on their way at once.

        receiver.Answer = 204;
        await HandOverAsync();
        await UntilAsync(() => receiver.Taken.Count() >= Events);
        Assert.Contains(receiver.Taken, request => request.Beside > 0);
        await Endpoints.RemoveAsync(endpoint);

        async Task HandOverAsync()
        {
            var now = Hub.Clock.GetUtcNow();
            var events = Enumerable
                .Range(0, Events)
                .Select(_ => new LifecycleEvent($"evt_{Guid.NewGuid():N}", "test", now, JsonBytes.From(new { })));
            await outbox.AddAsync([.. events.Select(happened => new DueDelivery(endpoint, happened))]);
            await Hub.Grains.GetGrain<IEndpointDeliveriesGrain>(endpoint).WakeAsync();
        }
    }

    [Fact]
    public async Task AfterARotation_BothSecretsSign_UntilTheOldOneRunsOut()
    {
        await using var receiver = await EventReceiver.StartAsync();
        var (endpoint, old) = await RegisterAsync(receiver);
        var fresh = (await Endpoints.RotateAsync(endpoint)).Secret!;
        var (_, during, _) = await Hub.LinkAsync();
        await UntilAsync(() => OfAccount(receiver, during).Any());
        await AdvanceAsync(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        var (_, after, _) = await Hub.LinkAsync();
        await UntilAsync(() => OfAccount(receiver, after).Any());

        var told = OfAccount(receiver, during).First();
        Assert.Equal([$"v1,{Sign(fresh.Reveal(), told)}", $"v1,{Sign(old, told)}"], told.Signature.Split(' '));
        told = OfAccount(receiver, after).First();
        Assert.Equal($"v1,{Sign(fresh.Reveal(), told)}", told.Signature);
        await Endpoints.RemoveAsync(endpoint);
    }

    [Theory]
    [InlineData("http://example.com/x", "https://")]
    [InlineData("https://10.0.0.1/x", "private")]
    [InlineData("https://[::ffff:192.168.1.1]/x", "private")]
    [InlineData("https://169.254.169.254/latest/meta-data", "private")]
    [InlineData("https://[64:ff9b::a00:1]/", "private")]
    [InlineData("https://user:pass@example.com/", "user name")]
    [InlineData("not an address", "absolute")]
    public async Task AddressThatLeadsInside_IsRefused(string url, string says)
    {
        var result = await Endpoints.RegisterAsync(url, null);

        Assert.Equal(ErrorCode.InvalidInput, result.Error!.Code);
        Assert.Contains(says, result.Error.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("2002:808:808::", true)]
    [InlineData("0.0.0.0", false)]
    public void Addresses_AreJudged(string address, bool isPublic) => Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    /// <summary>The signature as standardwebhooks.com describes it, written without a look at ours.</summary>
    private static string Sign(string secret, ReceivedEvent told)
    {
        using var mac = new HMACSHA256(Convert.FromBase64String(secret["whsec_".Length..]));
        return Convert.ToBase64String(mac.ComputeHash(Encoding.UTF8.GetBytes($"{told.Id}.{told.Timestamp}.{told.Body}")));
    }

    private static IEnumerable<ReceivedEvent> OfAccount(EventReceiver receiver, string id) =>
        receiver.Seen.Where(told => (string?)JsonNode.Parse(told.Body)!["data"]!["account_id"] == id);

    private static string Type(ReceivedEvent told) => (string)JsonNode.Parse(told.Body)!["type"]!;

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var started = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(90), "The events did not come.");
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Moves the time, and gives what it sets off room to run.</summary>
    private async Task AdvanceAsync(TimeSpan by)
    {
        Hub.Clock.Advance(by);
        await Endpoints.ListAsync();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(30));
        await timer.WaitForNextTickAsync();
    }

    private async Task<(string Id, string Secret)> RegisterAsync(EventReceiver receiver)
    {
        var result = await Endpoints.RegisterAsync(receiver.Url, "Test");
        Assert.Null(result.Error);
        return (result.Endpoint!.Id, result.Secret!.Reveal());
    }
}
