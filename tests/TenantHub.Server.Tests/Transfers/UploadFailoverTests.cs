using System.Net;
using TenantHub.Server.Cluster;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Transfers;

/// <summary>An upload in a cluster whose servers die in the middle.</summary>
[Collection(FleetCollection.Name)]
public sealed class UploadFailoverTests(FleetFixture fixture)
{
    private const int Parts = 8;

    private ServerFleet Fleet => fixture.Fleet;

    /// <summary>The sender is connected to another server than the one that keeps the upload's ledger, and notices nothing.</summary>
    [Fact]
    public async Task KilledOwner_IsReplacedWhileTheBytesCome()
    {
        var (sender, owner, scene, address) = await BeginElsewhereAsync();
        var bytes = UploadScene.Bytes(Parts * UploadScene.Part - 9);
        await SlowStorageAsync();
        var sending = scene.PutAsync(address, bytes);
        await PartsAsync(scene, address, 2);

        await owner.KillAsync();
        var answer = await sending;
        await owner.StartAgainAsync();

        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body?.ToJsonString());
        await AssertWholeAsync(scene, answer, bytes, repeats: 1);
        Assert.NotEqual(sender, owner);
    }

    /// <summary>The server that has the connection dies; the client goes on at another one.</summary>
    [Fact]
    public async Task KilledServerOfTheSender_IsLeftForAnotherOne()
    {
        var (sender, _, scene, address) = await BeginElsewhereAsync();
        var other = new UploadScene(Fleet.Emulator, Fleet.Hubs.First(hub => hub != sender).Http, scene.Account);
        var bytes = UploadScene.Bytes(Parts * UploadScene.Part - 9);
        await SlowStorageAsync();
        var sending = scene.PutAsync(address, bytes);
        await PartsAsync(other, address, 2);

        await sender.KillAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => sending);
        var answer = await other.PutAsync(address, bytes); // Bytes that are stored are read and not sent on.
        await sender.StartAgainAsync();

        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body?.ToJsonString());
        await AssertWholeAsync(other, answer, bytes, repeats: 3); // As many as were on their way; of none of them the whole had come.
    }

    private async Task<(ServerProcess Sender, ServerProcess Owner, UploadScene Scene, string Address)> BeginElsewhereAsync()
    {
        var sender = Fleet.Hubs[0];
        var scene = new UploadScene(Fleet.Emulator, sender.Http, await UploadScene.LinkAsync(Fleet.Emulator, sender.Http));
        while (true)
        {
            var before = await Task.WhenAll(Fleet.Hubs.Select(OpenUploadsAsync));
            var address = await scene.BeginAsync("failover.bin", Parts * UploadScene.Part - 9);
            ServerProcess? owner = null;
            await Until.TrueAsync(
                async () =>
                {
                    var after = await Task.WhenAll(Fleet.Hubs.Select(OpenUploadsAsync)); // Metrics are written anew several times a second.
                    owner = Fleet.Hubs.Where((_, i) => after[i] > before[i]).FirstOrDefault();
                    return owner is not null;
                },
                "a hub counts the upload"
            );
            if (owner != sender)
                return (sender, owner!, scene, address);
        }
    }

    private static async Task<double> OpenUploadsAsync(ServerProcess hub)
    {
        var lines = (await hub.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken)).Split(
            '\n'
        );
        var line = lines.FirstOrDefault(line => line.StartsWith("tenanthub_upload_open{", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line.Split("} ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private Task SlowStorageAsync() =>
        Fleet.Emulator.FaultAsync(
            new
            {
                kind = "latency",
                delay_ms = 500,
                times = 2 * Parts,
                match = new { method = "PUT", path_prefix = "/s3" },
            }
        );

    private static Task PartsAsync(UploadScene scene, string address, int count) =>
        Until.TrueAsync(
            async () => (int)(await scene.SendAsync(HttpMethod.Get, address)).Body!["parts_stored"]! >= count,
            $"{count} parts are stored"
        );

    private static async Task AssertWholeAsync(UploadScene scene, ApiAnswer answer, byte[] bytes, int repeats)
    {
        Assert.Equal(UploadScene.Sha1(bytes), (string?)(await scene.StoredAsync(answer.Body!))["sha1"]);
        Assert.Equal(1, await scene.MadeAsync());
        Assert.InRange((await scene.PutsAsync()).Count, Parts, Parts + repeats);
    }
}
