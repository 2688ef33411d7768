using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Transfers;

/// <summary>Uploads whose storage, sender or server breaks off in the middle: the file arrives whole, once.</summary>
public sealed class BrokenUploadTests(BreakableServer breakable) : IClassFixture<BreakableServer>, IAsyncLifetime
{
    private const int Part = UploadScene.Part;
    private UploadScene _scene = null!;

    private EmulatorHost Emulator => breakable.Emulator;

    private ServerProcess Hub => breakable.Hub;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Emulator.Control.DeleteAsync(new Uri("/_emulator/faults", UriKind.Relative), Cancel);
        _scene = new(Emulator, Hub.Http, await UploadScene.LinkAsync(Emulator, Hub.Http));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Cut in the middle of a part, refused with S3's XML, expired, and an answer that is lost: each part arrives all the
    /// same.</summary>
    [Fact]
    public async Task StorageThatBreaks_IsAskedAgain_AndAnExpiredUrlIsSignedAnew()
    {
        var bytes = UploadScene.Bytes(6 * Part);
        var address = await _scene.BeginAsync("storage.bin", bytes.Length, sha256: Convert.ToHexStringLower(SHA256.HashData(bytes)));
        var puts = new { method = "PUT", path_prefix = "/s3" };
        await Emulator.FaultAsync(
            new
            {
                kind = "cut_request",
                cut_after_bytes = 3_000_000,
                times = 2,
                match = puts,
            }
        );
        await Emulator.FaultAsync(
            new
            {
                kind = "lost_answer",
                times = 1,
                skip = 2,
                match = puts,
            }
        );
        await Emulator.FaultAsync(
            new
            {
                kind = "status",
                status = 503,
                times = 1,
                skip = 3,
                match = puts,
            }
        );
        await Emulator.FaultAsync(
            new
            {
                kind = "status",
                status = 403,
                content_type = "application/xml",
                body = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
                times = 1,
                skip = 4,
                match = puts,
            }
        );

        var answer = await _scene.PutAsync(address, bytes);

        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body?.ToJsonString());
        Assert.Equal(UploadScene.Sha1(bytes), (string?)(await _scene.StoredAsync(answer.Body!))["sha1"]);
        Assert.InRange((await _scene.PutsAsync()).Count, 9, 11);
        Assert.Equal(1, await _scene.MadeAsync());
    }

    /// <summary>Both the completing and the item: Autodesk did what was asked, and nobody heard of it.</summary>
    [Fact]
    public async Task LostAnswers_AtTheEnd_MakeOneItem()
    {
        var address = await _scene.BeginAsync("lost.bin", 3);
        await Emulator.FaultAsync(
            new
            {
                kind = "lost_answer",
                times = 1,
                match = new { method = "POST", path_regex = "/signeds3upload$" },
            }
        );
        await Emulator.FaultAsync(
            new
            {
                kind = "lost_answer",
                times = 1,
                match = new { method = "POST", path_regex = "/items$" },
            }
        );

        var answer = await _scene.PutAsync(address, [1, 2, 3]);
        if (answer.Code is not null)
            answer = await _scene.SendAsync(HttpMethod.Post, address + "/complete");

        Assert.True((int)answer.Status is 200 or 201, answer.Body?.ToJsonString());
        Assert.Equal("done", answer.Text("status"));
        Assert.Equal(1, await _scene.MadeAsync());
    }

    /// <summary>kill -9 while the parts are on their way; then the client goes on where storage stands.</summary>
    [Fact]
    public async Task KilledServer_GoesOnAtTheLastPart_AndMakesOneItem()
    {
        var bytes = UploadScene.Bytes(5 * Part + 1);
        var address = await _scene.BeginAsync("killed.bin", bytes.Length, sha256: Convert.ToHexStringLower(SHA256.HashData(bytes)));
        await Emulator.FaultAsync(
            new
            {
                kind = "latency",
                delay_ms = 600_000,
                times = 1,
                skip = 2,
                match = new { method = "PUT", path_prefix = "/s3" },
            }
        );
        var sending = _scene.PatchAsync(address, 0, bytes);
        await Until.TrueAsync(
            async () => (await _scene.SendAsync(HttpMethod.Get, address)).Body!["parts_stored"]!.GetValue<int>() >= 3,
            "three parts are stored"
        );

        await Hub.KillAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => sending);
        await Hub.StartAgainAsync();
        await Emulator.Control.DeleteAsync(new Uri("/_emulator/faults", UriKind.Relative), Cancel);
        var offset = int.Parse(
            (await _scene.HeadAsync(address)).Headers["upload-offset"],
            System.Globalization.CultureInfo.InvariantCulture
        );
        var rest = await _scene.PatchAsync(address, offset, bytes[offset..]);

        Assert.InRange(offset, 2 * Part, 5 * Part);
        Assert.True(rest.Status == HttpStatusCode.NoContent, rest.Body?.ToJsonString());
        var upload = (await _scene.SendAsync(HttpMethod.Get, address)).Body!;
        Assert.Equal(UploadScene.Sha1(bytes), (string?)(await _scene.StoredAsync(upload))["sha1"]);
        Assert.Equal(1, await _scene.MadeAsync());
        Assert.All((await StoredPartsAsync()).GroupBy(number => number), part => Assert.InRange(part.Count(), 1, 2));
    }

    /// <summary>A sender that vanishes loses what has filled no part, and nothing else.</summary>
    [Fact]
    public async Task VanishedSender_LeavesItsWholeParts()
    {
        var bytes = UploadScene.Bytes(3 * Part);
        var address = await _scene.BeginAsync("vanished.bin", bytes.Length);
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(Hub.Address.Host, Hub.Address.Port, Cancel);
            var key = Hub.Http.DefaultRequestHeaders.Authorization!.ToString();
            var head =
                $"PUT {address} HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\nx-account-id: {_scene.Account.Id}\r\nContent-Length: {bytes.Length}\r\n\r\n";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), Cancel);
            await socket.GetStream().WriteAsync(bytes.AsMemory(0, 2 * Part + 1000), Cancel);
            await Until.TrueAsync(
                async () => (await _scene.SendAsync(HttpMethod.Get, address)).Body!["parts_stored"]!.GetValue<int>() == 2,
                "two parts are stored"
            );
            socket.Client.LingerState = new LingerOption(true, 0);
        }

        Assert.Equal($"{2 * Part}", (await _scene.HeadAsync(address)).Headers["upload-offset"]);
        var rest = await _scene.PatchAsync(address, 2 * Part, bytes[(2 * Part)..]);

        Assert.True(rest.Status == HttpStatusCode.NoContent, rest.Body?.ToJsonString());
        Assert.Equal(3, (await _scene.PutsAsync()).Count);
    }

    /// <summary>The old action with a key: sent again after a kill, only what is missing goes to storage.</summary>
    [Fact]
    public async Task UploadAction_UnderAKey_GoesOnAfterAKill()
    {
        var bytes = UploadScene.Bytes(4 * Part);
        await Emulator.FaultAsync(
            new
            {
                kind = "latency",
                delay_ms = 600_000,
                times = 1,
                skip = 2,
                match = new { method = "PUT", path_prefix = "/s3" },
            }
        );
        var first = RunAsync(bytes);
        await Until.TrueAsync(
            async () =>
                (await _scene.SendAsync(HttpMethod.Get, "/files/uploads")).Body!["data"]!.AsArray() is [{ } only, ..]
                && (int)(await _scene.SendAsync(HttpMethod.Get, (string)only["url"]!)).Body!["parts_stored"]! >= 3,
            "three parts are stored"
        );
        await Hub.KillAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => first);
        await Hub.StartAgainAsync();
        await Emulator.Control.DeleteAsync(new Uri("/_emulator/faults", UriKind.Relative), Cancel);

        var again = await RunAsync(bytes);
        var replayed = await RunAsync(bytes);

        Assert.True(again.Status == HttpStatusCode.OK, again.Body?.ToJsonString());
        Assert.Equal((string?)again.Body!["data"]!["item_id"], (string?)replayed.Body!["data"]!["item_id"]);
        Assert.Equal(1, await _scene.MadeAsync());
        Assert.InRange((await _scene.PutsAsync()).Count, 4, 5);
    }

    private Task<ApiAnswer> RunAsync(byte[] bytes)
    {
        var request = System.Text.Json.JsonSerializer.Serialize(
            new
            {
                action = "autodesk_upload_file_in_project_folder",
                path = new { project_id = _scene.Account.ProjectId },
                body = new { folder_id = _scene.Account.Folder, file_name = "action.bin" },
                headers = new Dictionary<string, string>(),
            }
        );
        return Hub.Http.SendAsync(
            HttpMethod.Post,
            "/actions/rpc",
            new MultipartFormDataContent
            {
                { new StringContent(request, Encoding.UTF8, "application/json"), "request" },
                {
                    new ByteArrayContent(bytes) { Headers = { ContentLength = bytes.Length } },
                    "content",
                    "x"
                },
            },
            _scene.Account.Id,
            headers: ("Idempotency-Key", "one-file")
        );
    }

    private async Task<List<string>> StoredPartsAsync() =>
        [
            .. (await _scene.PutsAsync()).Select(put =>
                put.Query.Split('&').First(pair => pair.StartsWith("partNumber=", StringComparison.Ordinal))
            ),
        ];
}

/// <summary>One emulator and one server for tests that kill it and break its storage.</summary>
public sealed class BreakableServer : IAsyncLifetime
{
    public EmulatorHost Emulator { get; private set; } = null!;

    public ServerProcess Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Emulator = await EmulatorHost.StartAsync();
        Hub = await ServerProcess.StartAsync(Emulator.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Emulator.DisposeAsync();
    }
}
