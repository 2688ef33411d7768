using TenantHub.Client;
using TenantHub.Client.Actions;
using Xunit;

namespace TenantHub.Server.Client;

/// <summary>Connections that break after the hub has done its work: the emulator's journal says how often a write was carried
/// out.</summary>
public sealed class ClientRepeatTests(ServerFixture fixture)
{
    [Fact]
    public async Task WriteWhoseAnswerIsLostOnTheWay_IsCarriedOutOnce()
    {
        var account = await fixture.LinkAsync();
        await using var proxy = new CuttingProxy(fixture.Hub.Address, answersToLose: 2);
        var bucket = "b-" + Guid.NewGuid().ToString("N")[..12];

        var answer = await fixture
            .Client(address: proxy.Address)
            .Account(account.Id)
            .CreateBucketAsync(Bucket(bucket), cancellationToken: TestContext.Current.CancellationToken);

        var written = (await fixture.Emulator.JournalAsync(account.ClientId)).Where(seen =>
            seen.Method == "POST" && seen.Path == "/oss/v2/buckets"
        );
        Assert.Single(written);
        Assert.Equal(3, proxy.Connections);
        Assert.Equal("replay", answer.Origin);
        Assert.Equal(bucket, answer.Data.GetProperty("bucketKey").GetString());
    }

    /// <summary>A change that has no key at the server is not sent again, neither by us nor by HttpClient beneath us.</summary>
    [Fact]
    public async Task ChangeWithoutAKey_IsSentOnce()
    {
        var account = await fixture.LinkAsync();
        await using var proxy = new CuttingProxy(fixture.Hub.Address, answersToLose: 1);
        var hub = fixture.Client(address: proxy.Address).Account(account.Id);

        var error = await Assert.ThrowsAsync<TenantHubException>(() => hub.UnlinkAsync(TestContext.Current.CancellationToken));

        Assert.Equal((TenantHubException.Unreachable, null), (error.Code, error.Status));
        Assert.Equal(1, proxy.Connections);
    }

    [Fact]
    public async Task HubThatIsNotThere_IsSaid()
    {
        var gone = fixture.Client(address: new Uri("http://127.0.0.1:1"), repeats: 1);

        var error = await Assert.ThrowsAsync<TenantHubException>(() =>
            gone.Account("acc_1").GetAsync(TestContext.Current.CancellationToken)
        );

        Assert.Equal((TenantHubException.Unreachable, TenantHubException.Network), (error.Code, error.Source));
        Assert.NotNull(error.NextStep);
    }

    [Fact]
    public async Task CancelledCall_EndsAtOnce_AndAsTheCallersOwn()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/project" },
                client_id = account.ClientId,
                kind = "latency",
                delay_ms = 60_000,
            }
        );
        using var cancel = new CancellationTokenSource();

        var call = fixture.Client().Account(account.Id).ListHubsAsync(cancellationToken: cancel.Token);
        await Testing.Until.TrueAsync(() => fixture.Emulator.Delayed > 0, "the request is at Autodesk");
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await fixture.Emulator.ClearFaultsAsync(account.ClientId);
    }

    private static CreateBucketInput Bucket(string key) =>
        new()
        {
            Body = new CreateBucketBody { BucketKey = key, PolicyKey = "transient" },
        };
}
