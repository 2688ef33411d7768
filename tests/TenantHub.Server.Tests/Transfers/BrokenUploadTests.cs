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
    private const int Cuts = 20;
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

    /// <summary>All bytes are stored, and Autodesk does not make the file of them now: to send the same again sends nothing and makes it.</summary>
    [Fact]
    public async Task FileThatIsNotMade_IsMadeByTheSamePut()
    {
        var address = await _scene.BeginAsync("late.bin", 3);
        await Emulator.FaultAsync(
            new
            {
                kind = "retry_after",
                headers = new Dictionary<string, string> { ["Retry-After"] = "600" },
                times = 1,
                match = new { method = "POST", path_regex = "/items$" },
            }
        );
        var first = await _scene.PutAsync(address, [1, 2, 3]);
        Assert.NotNull(first.Code);
        Assert.Equal("completing", (await _scene.SendAsync(HttpMethod.Get, address)).Text("status"));
        await _scene.Hub.SendAsync(HttpMethod.Post, $"/quotas/{_scene.Account.ClientId}/dm-item-create/resume");

        var again = await _scene.PutAsync(address, [1, 2, 3]);

        Assert.True((int)again.Status is 201, again.Body?.ToJsonString());
        Assert.Equal("done", again.Text("status"));
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

        Assert.InRange(offset, 0, 5 * Part); // Parts go up side by side: which of them storage holds up is chance.
        Assert.Equal(0, offset % Part);
        Assert.True(rest.Status == HttpStatusCode.NoContent, rest.Body?.ToJsonString());
        var upload = (await _scene.SendAsync(HttpMethod.Get, address)).Body!;
        Assert.Equal(UploadScene.Sha1(bytes), (string?)(await _scene.StoredAsync(upload))["sha1"]);
        Assert.Equal(1, await _scene.MadeAsync());
        Assert.All((await StoredPartsAsync()).GroupBy(number => number), part => Assert.InRange(part.Count(), 1, 2));
    }

    /// <summary>By a reset or by an end in the middle of the body. Whole parts that were on their way are waited for, so none goes
    /// twice.</summary>
    [Fact]
    public async Task SenderThatIsCutTwentyTimes_GoesOnWhereStorageStands_AndSendsNoPartTwice()
    {
        const int Parts = 8;
        var bytes = UploadScene.Bytes(Parts * Part - 77);
        var chance = Seeded(20);
        var address = await _scene.BeginAsync("cut.bin", bytes.Length, sha256: Convert.ToHexStringLower(SHA256.HashData(bytes)));

        foreach (var cut in Enumerable.Range(0, Cuts).Select(_ => chance(bytes.Length)).Order().ToList())
        {
            var offset = await OffsetAsync(address);
            await SendUntilAsync(address, bytes, Math.Min(offset, cut), cut, resets: chance(2) == 0);
        }

        var answer = await GoOnAsync(address, bytes);

        Assert.True(answer.Status == HttpStatusCode.NoContent, answer.Body?.ToJsonString());
        Assert.Equal(UploadScene.Sha1(bytes), (string?)(await _scene.StoredAsync(await DoneAsync(address)))["sha1"]);
        Assert.Equal(Parts, (await StoredPartsAsync()).Count);
        Assert.Equal(1, await _scene.MadeAsync());
    }

    /// <summary>Each cut costs one part, which is sent again to its own place; more than five in a row for one part cost the request.</summary>
    [Fact]
    public async Task StorageThatIsCutTwentyTimes_GetsEachPartOnceMoreForEachCut()
    {
        const int Parts = 12;
        var bytes = UploadScene.Bytes(Parts * Part - 77);
        var chance = Seeded(21);
        foreach (var skip in Enumerable.Range(0, Parts + Cuts - 1).OrderBy(_ => chance(int.MaxValue)).Take(Cuts).ToList())
            await Emulator.FaultAsync(
                new
                {
                    kind = "cut_request",
                    cut_after_bytes = chance(Part),
                    times = 1,
                    skip,
                    match = new { method = "PUT", path_prefix = "/s3" },
                }
            );
        var address = await _scene.BeginAsync("storage-cut.bin", bytes.Length, sha256: Convert.ToHexStringLower(SHA256.HashData(bytes)));
        var before = await breakable.CountsAsync();

        var answer = await GoOnAsync(address, bytes);

        Assert.True(answer.Status == HttpStatusCode.NoContent, answer.Body?.ToJsonString());
        Assert.Equal(UploadScene.Sha1(bytes), (string?)(await _scene.StoredAsync(await DoneAsync(address)))["sha1"]);
        Assert.Equal(Parts + Cuts, (await StoredPartsAsync()).Count);
        Assert.Equal(1, await _scene.MadeAsync());
        var counted = await breakable.CountsAsync();
        Assert.Equal(
            (bytes.Length, Parts),
            (counted("bytes_total") - before("bytes_total"), counted("parts_total") - before("parts_total"))
        );
        Assert.InRange(counted("repeats_total") - before("repeats_total"), 1, Cuts); // Those of a part that was given up are not counted.
    }

    /// <summary>The clock of Autodesk goes on, so the URLs that were signed at the beginning are too old.</summary>
    [Fact]
    public async Task ExpiredUrls_AreSignedAnew_UnderTheSameUploadKey()
    {
        var bytes = UploadScene.Bytes(5 * Part);
        var address = await _scene.BeginAsync("expired.bin", bytes.Length);
        await Emulator.PostAsync("time", new { advance_seconds = 2 * 60 * 60 });

        var answer = await _scene.PutAsync(address, bytes);

        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body?.ToJsonString());
        var puts = await _scene.PutsAsync();
        Assert.Contains(puts, put => put.Status == 403);
        Assert.Equal(5, puts.Count(put => put.Status == 200));
        var key = Assert.Single(puts.Select(put => Value(put, "uploadId")).Distinct());
        var signed = (await Emulator.JournalAsync(_scene.Account.ClientId)).Where(step =>
            step.Method == "GET" && step.Path.EndsWith("/signeds3upload", StringComparison.Ordinal) && step.Status == 200
        );
        Assert.All(signed.Skip(1), step => Assert.Equal(key, Value(step, "uploadKey")));
        Assert.InRange(signed.Count(), 2, 4); // The parts that were on their way ask, and what they get serves the rest.
        Assert.Equal(1, await _scene.MadeAsync());
    }

    [Fact]
    public async Task EndOfAnUpload_IsTold_AndCounted()
    {
        await using var backend = await EventReceiver.StartAsync();
        await Hub.Http.SendAsync(HttpMethod.Post, "/event_endpoints", new { url = backend.Url });
        var before = await breakable.CountsAsync();
        var (good, bad) = (await _scene.BeginAsync("told.bin", 3), await _scene.BeginAsync("given-up.bin", 3));
        await Until.TrueAsync(async () => (await breakable.CountsAsync())("open") - before("open") == 2, "two uploads are open");

        var done = await _scene.PutAsync(good, [1, 2, 3]);
        await _scene.SendAsync(HttpMethod.Delete, bad);

        await Until.TrueAsync(() => backend.Seen.Count >= 2, "both ends are told");
        var told = backend
            .Seen.Select(seen => System.Text.Json.Nodes.JsonNode.Parse(seen.Body)!)
            .ToDictionary(seen => (string)seen["type"]!);
        Assert.Equal(["upload.completed", "upload.failed"], told.Keys.Order());
        Assert.Equal(
            (done.Text("id"), done.Text("item_id"), "done"),
            (
                (string?)told["upload.completed"]["data"]!["upload_id"],
                Data("upload.completed", "item_id"),
                Data("upload.completed", "status")
            )
        );
        Assert.Equal(("given-up.bin", "aborted"), (Data("upload.failed", "file_name"), Data("upload.failed", "status")));
        Assert.False(string.IsNullOrEmpty(Data("upload.failed", "next_step")));
        await Until.TrueAsync(async () => (await breakable.CountsAsync())("ended_total") - before("ended_total") == 2, "both ends count");
        var after = await breakable.CountsAsync();
        Assert.Equal(
            (3, 1, 0),
            (after("bytes_total") - before("bytes_total"), after("parts_total") - before("parts_total"), after("open") - before("open"))
        );

        string? Data(string type, string member) => (string?)told[type]["data"]![member];
    }

    /// <summary>A sender that vanishes loses what has filled no part, and nothing else.</summary>
    [Fact]
    public async Task VanishedSender_LeavesItsWholeParts()
    {
        var bytes = UploadScene.Bytes(3 * Part);
        var address = await _scene.BeginAsync("vanished.bin", bytes.Length);
        using (var socket = await OpenAsync(address, 0, bytes.Length))
        {
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

    private async Task<List<string>> StoredPartsAsync() => [.. (await _scene.PutsAsync()).Select(put => Value(put, "partNumber"))];

    private static string Value(JournalRecord record, string name) =>
        record.Query.TrimStart('?').Split('&').First(pair => pair.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    private static Func<int, int> Seeded(int seed)
    {
#pragma warning disable CA5394 // The same points in every run.
        var random = new Random(seed);
        return below => random.Next(below);
#pragma warning restore CA5394
    }

    private async Task<int> OffsetAsync(string address) =>
        int.Parse((await _scene.HeadAsync(address)).Headers["upload-offset"], System.Globalization.CultureInfo.InvariantCulture);

    private async Task<System.Text.Json.Nodes.JsonNode> DoneAsync(string address) =>
        (await _scene.SendAsync(HttpMethod.Get, address)).Body!;

    /// <summary>As a client of tus does: asks where to go on and sends the rest, until it is taken.</summary>
    private async Task<ApiAnswer> GoOnAsync(string address, byte[] bytes)
    {
        while (true)
        {
            var offset = await OffsetAsync(address);
            var answer = await _scene.PatchAsync(address, offset, bytes[offset..]);
            if (answer.Code is not ("upload_conflict" or "autodesk_unavailable"))
                return answer;
        }
    }

    private async Task<TcpClient> OpenAsync(string address, long offset, long length)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(Hub.Address.Host, Hub.Address.Port, Cancel);
        var head = string.Join(
            "\r\n",
            $"PATCH {address} HTTP/1.1",
            "Host: x",
            "Authorization: " + Hub.Http.DefaultRequestHeaders.Authorization,
            "x-account-id: " + _scene.Account.Id,
            "Tus-Resumable: 1.0.0",
            $"Upload-Offset: {offset}",
            "Content-Type: application/offset+octet-stream",
            $"Content-Length: {length - offset}",
            "",
            ""
        );
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), Cancel);
        return socket;
    }

    /// <summary>Sends from an offset on and stops in the middle: with a reset, after which the server may not even have read all, or with
    /// an end.</summary>
    private async Task SendUntilAsync(string address, byte[] bytes, int offset, int end, bool resets)
    {
        using var socket = await OpenAsync(address, offset, bytes.Length);
        var stream = socket.GetStream();
        try
        {
            await stream.WriteAsync(bytes.AsMemory(offset, end - offset), Cancel);
            if (!resets)
            {
                socket.Client.Shutdown(SocketShutdown.Send);
                await stream.CopyToAsync(Stream.Null, Cancel);
            }
        }
        catch (IOException)
        {
            // The server has answered and closed: the offset had moved on.
        }

        if (resets)
            socket.LingerState = new LingerOption(true, 0);
    }
}

/// <summary>One emulator and one server for tests that kill it and break its storage.</summary>
public sealed class BreakableServer : IAsyncLifetime
{
    public EmulatorHost Emulator { get; private set; } = null!;

    public ServerProcess Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Emulator = await EmulatorHost.StartAsync();
        Hub = await ServerProcess.StartAsync(
            Emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Events__AllowLoopback"] = "true" }
        );
    }

    /// <summary>What the metrics of uploads say now, by the end of their names, all outcomes together.</summary>
    internal async Task<Func<string, double>> CountsAsync()
    {
        var lines = (await Hub.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n');
        return name =>
            lines
                .Where(line => line.StartsWith("tenanthub_upload_" + name + "{", StringComparison.Ordinal))
                .Sum(line => double.Parse(line.Split("} ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Emulator.DisposeAsync();
    }
}
