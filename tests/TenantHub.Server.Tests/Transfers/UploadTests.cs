using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using TenantHub.Server.Isolation;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Transfers;

/// <summary>Uploads through the server, by PUT and by tus, as a client sees them.</summary>
public sealed class UploadTests(ServerFixture fixture)
{
    private const int Part = UploadScene.Part;

    [Fact]
    public async Task OnePut_MakesAnItem_WithAllItsBytes_PartsSideBySide()
    {
        var scene = await SceneAsync();
        var bytes = UploadScene.Bytes(3 * Part + 17);
        var address = await scene.BeginAsync("model.rvt", bytes.Length, sha256: Convert.ToHexStringLower(SHA256.HashData(bytes)));

        var answer = await scene.PutAsync(address, bytes);

        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body?.ToJsonString());
        Assert.Equal(("done", "item", bytes.Length), (answer.Text("status"), answer.Text("created"), (long)answer.Body!["offset"]!));
        var stored = await scene.StoredAsync(answer.Body);
        Assert.Equal((bytes.Length, UploadScene.Sha1(bytes)), ((int)stored["size"]!, (string?)stored["sha1"]));
        var puts = await scene.PutsAsync();
        Assert.Equal([17, Part, Part, Part], puts.Select(put => put.BodyBytes).Order());
        Assert.All(puts, put => Assert.DoesNotContain("authorization", put.Headers.Keys));
        var described = await scene.SendAsync(HttpMethod.Get, address);
        Assert.Equal(answer.Text("item_id"), described.Text("item_id"));
        Assert.Equal("upload_ended", (await scene.PutAsync(address, bytes)).Code);
        Assert.Equal(1, await scene.MadeAsync());
    }

    /// <summary>What a key may not do it may not do by another door: neither begin an upload, nor go on with one, nor make
    /// folders.</summary>
    [Theory]
    [InlineData("read", null)]
    [InlineData("destructive", "autodesk_list_hubs")]
    public async Task KeyThatMayNotUpload_ChangesNothing_ByNoDoor(string ceiling, string? action)
    {
        var scene = await SceneAsync();
        var address = await scene.BeginAsync("mine.bin", 10);
        using var reader = await fixture.Hub.HoldKeyAsync("backend", ceiling: ceiling, actions: action is null ? null : [action]);
        var limited = new UploadScene(fixture.Emulator, reader, scene.Account);
        var file = new
        {
            project_id = scene.Account.ProjectId,
            folder_id = scene.Account.Folder,
            file_name = "theirs.bin",
            size = 10,
        };

        ApiAnswer[] tries =
        [
            await reader.SendAsync(HttpMethod.Post, "/files/uploads", file, scene.Account.Id),
            await CreateByTusAsync(limited, "theirs.bin", 10),
            await limited.PutAsync(address, UploadScene.Bytes(10)),
            await limited.PatchAsync(address, 0, UploadScene.Bytes(10)),
            await limited.SendAsync(HttpMethod.Post, address + "/complete"),
            await limited.SendAsync(HttpMethod.Delete, address),
            await reader.SendAsync(
                HttpMethod.Post,
                "/files/folders",
                new
                {
                    project_id = scene.Account.ProjectId,
                    parent_id = scene.Account.Folder,
                    path = "a/b",
                },
                scene.Account.Id
            ),
        ];

        Assert.All(tries, answer => Assert.Equal((HttpStatusCode.Forbidden, "action_not_allowed"), (answer.Status, answer.Code)));
        Assert.Empty(await scene.PutsAsync());
        Assert.Equal(0, await scene.MadeAsync());
    }

    [Fact]
    public async Task UploadThatAPersonHasToApprove_WaitsForThePerson()
    {
        var scene = await SceneAsync();
        using var agent = await fixture.Hub.HoldKeyAsync("backend", approval: "writes");
        var limited = new UploadScene(fixture.Emulator, agent, scene.Account);
        var file = new
        {
            project_id = scene.Account.ProjectId,
            folder_id = scene.Account.Folder,
            file_name = "asked.bin",
            size = 3,
        };

        var waits = await agent.SendAsync(HttpMethod.Post, "/files/uploads", file, scene.Account.Id);
        await fixture.Http.SendAsync(HttpMethod.Post, waits.Headers["location"] + "/approve");
        var begun = await agent.SendAsync(HttpMethod.Post, "/files/uploads", file, scene.Account.Id);
        var done = await limited.PutAsync(begun.Text("url")!, UploadScene.Bytes(3));

        Assert.Equal((HttpStatusCode.Accepted, "approval_required"), (waits.Status, waits.Code));
        Assert.True(done.Status == HttpStatusCode.Created, done.Body?.ToJsonString());
        Assert.Equal(1, await scene.MadeAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Part)]
    [InlineData(8 * 1024 * 1024)]
    public async Task FileOfUnknownSize_IsTakenToItsEnd(int length)
    {
        var scene = await SceneAsync();
        var bytes = UploadScene.Bytes(length);
        var address = await scene.BeginAsync("unknown.bin", null);
        using var content = new StreamContent(new MemoryStream(bytes));
        content.Headers.ContentLength = null;

        var answer = await scene.Hub.SendAsync(
            HttpMethod.Put,
            address,
            content,
            scene.Account.Id,
            headers: ("Transfer-Encoding", "chunked")
        );

        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body?.ToJsonString());
        Assert.Equal(
            (length, UploadScene.Sha1(bytes)),
            ((int)(await scene.StoredAsync(answer.Body!))["size"]!, (string?)(await scene.StoredAsync(answer.Body!))["sha1"])
        );
    }

    [Fact]
    public async Task Tus_GoesOnWhereStorageStands_AndEndsWithTheItem()
    {
        var scene = await SceneAsync();
        var bytes = UploadScene.Bytes(2 * Part + 9);
        var created = await CreateByTusAsync(scene, "tus.bin", bytes.Length);
        Assert.Equal("1.0.0", created.Headers["tus-resumable"]);
        var address = created.Headers["location"];

        var first = await scene.PatchAsync(address, 0, bytes[..(Part + 1000)]); // The thousand fill no part.
        var head = await scene.HeadAsync(address);
        var rest = await scene.PatchAsync(address, Part, bytes[Part..]);

        Assert.Equal((HttpStatusCode.NoContent, $"{Part}"), (first.Status, first.Headers["upload-offset"]));
        Assert.Equal(($"{Part}", $"{bytes.Length}"), (head.Headers["upload-offset"], head.Headers["upload-length"]));
        Assert.Contains("upload-expires", head.Headers.Keys);
        Assert.Equal((HttpStatusCode.NoContent, $"{bytes.Length}"), (rest.Status, rest.Headers["upload-offset"]));
        var upload = (await scene.SendAsync(HttpMethod.Get, address)).Body!;
        Assert.Equal("done", (string?)upload["status"]);
        Assert.Equal(UploadScene.Sha1(bytes), (string?)(await scene.StoredAsync(upload))["sha1"]);
        Assert.Equal(3, (await scene.PutsAsync()).Count);
    }

    /// <summary>No request held the whole file, so its declared hash is compared with what storage has.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DeclaredHash_OfAFileThatCameInPieces_IsReadBackFromStorage(bool isRight)
    {
        var scene = await SceneAsync();
        var bytes = UploadScene.Bytes(Part + 5);
        var hash = Convert.ToHexStringLower(SHA256.HashData(isRight ? bytes : []));
        var address = await scene.BeginAsync("pieces.bin", bytes.Length, sha256: hash);

        await scene.PatchAsync(address, 0, bytes[..Part]);
        var last = await scene.PatchAsync(address, Part, bytes[Part..]);

        Assert.Equal(isRight ? 204 : 460, (int)last.Status);
        Assert.Equal(isRight ? "done" : "failed", (await scene.SendAsync(HttpMethod.Get, address)).Text("status"));
        Assert.Equal(isRight ? 1 : 0, await scene.MadeAsync());
    }

    [Fact]
    public async Task PatchWithAWrongChecksum_IsNotTaken()
    {
        var scene = await SceneAsync();
        var bytes = UploadScene.Bytes(Part + 5);
        var address = await scene.BeginAsync("checked.bin", bytes.Length);

        var wrong = await scene.PatchAsync(address, 0, bytes, ("Upload-Checksum", "sha256 " + Convert.ToBase64String(SHA256.HashData([]))));
        var offset = (await scene.HeadAsync(address)).Headers["upload-offset"];
        var right = await scene.PatchAsync(
            address,
            0,
            bytes,
            ("Upload-Checksum", "sha256 " + Convert.ToBase64String(SHA256.HashData(bytes)))
        );

        Assert.Equal((460, "0", 204), ((int)wrong.Status, offset, (int)right.Status));
    }

    [Fact]
    public async Task WhatDoesNotFit_IsRefusedWithWhatToDo()
    {
        var scene = await SceneAsync();
        var bytes = UploadScene.Bytes(2 * Part);
        var address = await scene.BeginAsync("odd.bin", bytes.Length);

        await AssertRefusedAsync(409, "upload_conflict", scene.PatchAsync(address, 1, bytes));
        await AssertRefusedAsync(409, "upload_conflict", scene.PatchAsync(address, 0, bytes[..1000]));
        await AssertRefusedAsync(400, "invalid_input", scene.PatchAsync(address, 0, [.. bytes, 1]));
        await AssertRefusedAsync(400, "invalid_input", scene.PutAsync(address, bytes[..^1]));
        await AssertRefusedAsync(
            415,
            "unsupported_media_type",
            scene.SendAsync(HttpMethod.Patch, address, new ByteArrayContent(bytes), ("Tus-Resumable", "1.0.0"))
        );
        await AssertRefusedAsync(409, "upload_conflict", scene.SendAsync(HttpMethod.Post, address + "/complete"));
        await AssertRefusedAsync(404, "upload_not_found", scene.SendAsync(HttpMethod.Get, "/files/uploads/upl_00000000000000000000000000"));
        await AssertRefusedAsync(404, "upload_not_found", scene.SendAsync(HttpMethod.Get, "/files/uploads/nothing"));
        Assert.Equal(0, await scene.MadeAsync());

        var ended = await scene.SendAsync(HttpMethod.Delete, address);
        Assert.Equal("aborted", ended.Text("status"));
        await AssertRefusedAsync(410, "upload_ended", scene.PatchAsync(address, 0, bytes));
    }

    /// <summary>Whoever is replaced is told, and not that its bytes were taken.</summary>
    [Fact]
    public async Task SecondWriter_EndsTheFirst_WhichIsTold()
    {
        var scene = await SceneAsync();
        var bytes = UploadScene.Bytes(2 * Part);
        var address = await scene.BeginAsync("two.bin", bytes.Length);
        using var first = new TcpClient();
        await first.ConnectAsync(fixture.Hub.Address.Host, fixture.Hub.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = first.GetStream();
        var head = $"""
            PUT {address} HTTP/1.1
            Host: {fixture.Hub.Address.Authority}
            Authorization: {fixture.Http.DefaultRequestHeaders.Authorization}
            x-account-id: {scene.Account.Id}
            Content-Length: {bytes.Length}


            """.ReplaceLineEndings("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
        await stream.WriteAsync(bytes.AsMemory(0, Part + 1000), TestContext.Current.CancellationToken);
        await Until.TrueAsync(async () => (await scene.PutsAsync()).Count == 1, "the first writer's part is stored");

        var second = await scene.PutAsync(address, bytes);

        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 409 Conflict", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal("done", second.Text("status"));
        Assert.Equal(2, (await scene.PutsAsync()).Count);
    }

    [Fact]
    public async Task LengthThatIsToldLater_IsNotLessThanWhatIsStored()
    {
        var scene = await SceneAsync();
        var bytes = UploadScene.Bytes(8 * 1024 * 1024);
        var created = await CreateByTusAsync(scene, "later.bin", null);
        var address = created.Headers["location"];
        await scene.PatchAsync(address, 0, bytes);

        await AssertRefusedAsync(400, "invalid_input", scene.PatchAsync(address, bytes.Length, [], ("Upload-Length", "100")));
        await AssertRefusedAsync(
            400,
            "invalid_input",
            scene.PatchAsync(address, bytes.Length, [], ("Upload-Length", "999999999999")) // More than goes through the server.
        );
        var done = await scene.PatchAsync(address, bytes.Length, [], ("Upload-Length", $"{bytes.Length}"));

        Assert.Equal(HttpStatusCode.NoContent, done.Status);
        Assert.Equal("done", (await scene.SendAsync(HttpMethod.Get, address)).Text("status"));
    }

    [Fact]
    public async Task WhatTusRefuses_NamesItsVersion_AndSaysWhatToSend()
    {
        var scene = await SceneAsync();
        var nameless = await scene.SendAsync(HttpMethod.Post, "/files/uploads", null, ("Tus-Resumable", "1.0.0"), ("Upload-Length", "3"));
        var address = await scene.BeginAsync("typed.bin", 3);
        var other = await scene.SendAsync(
            HttpMethod.Patch,
            address,
            new ByteArrayContent([1]),
            ("Tus-Resumable", "1.0.0"),
            ("Upload-Offset", "0")
        );
        var piece = new ByteArrayContent([1, 2]);
        piece.Headers.TryAddWithoutValidation("Content-Range", "bytes 0-1/3");
        var tooEarly = await scene.SendAsync(HttpMethod.Put, address, piece);

        Assert.Equal((HttpStatusCode.BadRequest, "1.0.0"), (nameless.Status, nameless.Headers["tus-resumable"]));
        Assert.Contains("application/offset+octet-stream", other.Text("nextStep"), StringComparison.Ordinal);
        Assert.Contains("to its end", tooEarly.Text("nextStep"), StringComparison.Ordinal);
    }

    /// <summary>Parts are stored with the bytes of the first sending; a file that is another one now is told apart.</summary>
    [Fact]
    public async Task FileThatChangesWhileItIsUploaded_IsRefused()
    {
        var scene = await SceneAsync();
        var bytes = UploadScene.Bytes(2 * Part);
        var address = await scene.BeginAsync("changing.bin", bytes.Length);
        await scene.PatchAsync(address, 0, bytes[..Part]);
        bytes[0] ^= 1;

        await AssertRefusedAsync(409, "upload_conflict", scene.PutAsync(address, bytes));

        Assert.Single(await scene.PutsAsync(), put => put.Query.Contains("partNumber=1&", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("version", "version", "taken.pdf")]
    [InlineData("rename", "item", "taken (2).pdf")]
    [InlineData("fail", null, "taken.pdf")]
    public async Task NameThatIsTaken_GoesAsTheCallerSays(string ifExists, string? created, string name)
    {
        var scene = await SceneAsync();
        await scene.PutAsync(await scene.BeginAsync("taken.pdf", 3), [1, 2, 3]);
        if (created is null)
        {
            var refused = await scene.Hub.SendAsync(
                HttpMethod.Post,
                "/files/uploads",
                new
                {
                    project_id = scene.Account.ProjectId,
                    folder_id = scene.Account.Folder,
                    file_name = "taken.pdf",
                    size = 1,
                    if_exists = "fail",
                },
                scene.Account.Id
            );
            Assert.Equal("autodesk_conflict", refused.Code);
            return;
        }

        var answer = await scene.PutAsync(await scene.BeginAsync("taken.pdf", 3, ifExists: ifExists), [4, 5, 6]);

        Assert.Equal((created, name), (answer.Text("created"), answer.Text("file_name")));
    }

    [Fact]
    public async Task UploadOfAnotherAccount_DoesNotExist()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var hers = new UploadScene(fixture.Emulator, fixture.Http, ann);
        var his = new UploadScene(fixture.Emulator, fixture.Http, ben);
        var address = await hers.BeginAsync("hers.bin", 3);

        foreach (
            var attack in new[]
            {
                his.SendAsync(HttpMethod.Get, address),
                his.PutAsync(address, [1, 2, 3]),
                his.PatchAsync(address, 0, [1, 2, 3]),
                his.SendAsync(HttpMethod.Delete, address),
                his.SendAsync(HttpMethod.Post, address + "/complete"),
            }
        )
            await AssertRefusedAsync(404, "upload_not_found", attack);
        Assert.Equal(404, (int)(await his.HeadAsync(address)).Status);
        Assert.Empty((await his.SendAsync(HttpMethod.Get, "/files/uploads")).Body!["data"]!.AsArray());
        Assert.Single((await hers.SendAsync(HttpMethod.Get, "/files/uploads")).Body!["data"]!.AsArray());

        var foreign = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/files/uploads",
            new
            {
                project_id = ann.ProjectId,
                folder_id = ann.Folder,
                file_name = "x.bin",
                size = 1,
            },
            ben.Id
        );
        foreign.AssertNotThisAccount();
    }

    [Fact]
    public async Task SameIdempotencyKey_IsOneUpload()
    {
        var scene = await SceneAsync();
        var one = await scene.BeginAsync("once.bin", 3, headers: ("Idempotency-Key", "key-1"));
        var again = await scene.BeginAsync("once.bin", 3, headers: ("Idempotency-Key", "key-1"));
        var other = await scene.Hub.SendAsync(
            HttpMethod.Post,
            "/files/uploads",
            new
            {
                project_id = scene.Account.ProjectId,
                folder_id = scene.Account.Folder,
                file_name = "other.bin",
                size = 3,
            },
            scene.Account.Id,
            headers: ("Idempotency-Key", "key-1")
        );

        Assert.Equal(one, again);
        Assert.Equal("idempotency_key_reused", other.Code);
    }

    [Fact]
    public async Task Direct_BytesPassTheServerBy_AndPartsThatAreWrongAreNamed()
    {
        var scene = await SceneAsync();
        var bytes = UploadScene.Bytes(Part + 4);
        var address = await scene.BeginAsync("direct.bin", bytes.Length, mode: "direct");
        using var direct = new HttpClient(new SocketsHttpHandler());

        var signed = await scene.Hub.SendAsync(HttpMethod.Post, address + "/urls", new { first_part = 1, count = 2 }, scene.Account.Id);
        var parts = signed.Body!["parts"]!.AsArray();
        Assert.Equal([(0L, (long)Part), (Part, 4L)], parts.Select(part => ((long)part!["offset"]!, (long)part["size"]!)));
        await SendAsync(0, 1000);
        await SendAsync(1, 4);
        var wrong = await scene.SendAsync(HttpMethod.Post, address + "/complete");
        await SendAsync(0, Part);
        var right = await scene.SendAsync(HttpMethod.Post, address + "/complete");

        Assert.Equal("upload_conflict", wrong.Code);
        Assert.Contains("TooSmall", wrong.Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.True(right.Status == HttpStatusCode.OK, right.Body?.ToJsonString());
        Assert.Equal(UploadScene.Sha1(bytes), (string?)(await scene.StoredAsync(right.Body!))["sha1"]);
        Assert.Equal(
            "upload_ended",
            (await scene.Hub.SendAsync(HttpMethod.Post, address + "/urls", new { first_part = 1 }, scene.Account.Id)).Code
        );
        using var other = await fixture.Hub.HoldKeyAsync("backend");
        var next = await scene.BeginAsync("direct2.bin", 3, mode: "direct");
        Assert.Equal("forbidden", (await other.SendAsync(HttpMethod.Post, next + "/urls", new { first_part = 1 }, scene.Account.Id)).Code);

        async Task SendAsync(int part, int length)
        {
            var from = (int)(long)parts[part]!["offset"]!;
            using var put = await direct.PutAsync(
                new Uri((string)parts[part]!["url"]!),
                new ByteArrayContent(bytes, from, length),
                TestContext.Current.CancellationToken
            );
            put.EnsureSuccessStatusCode();
        }
    }

    private static async Task AssertRefusedAsync(int status, string code, Task<ApiAnswer> answer)
    {
        var refused = await answer;
        Assert.True((status, code) == ((int)refused.Status, refused.Code), $"{(int)refused.Status} {refused.Body?.ToJsonString()}");
        Assert.False(string.IsNullOrEmpty(refused.Text("nextStep")));
    }

    private async Task<UploadScene> SceneAsync() => new(fixture.Emulator, fixture.Http, await fixture.LinkAsync());

    private static Task<ApiAnswer> CreateByTusAsync(UploadScene scene, string name, long? size) =>
        scene.SendAsync(
            HttpMethod.Post,
            "/files/uploads",
            null,
            ("Tus-Resumable", "1.0.0"),
            size is null ? ("Upload-Defer-Length", "1") : ("Upload-Length", $"{size}"),
            (
                "Upload-Metadata",
                string.Join(
                    ',',
                    new[]
                    {
                        ("project_id", scene.Account.ProjectId),
                        ("folder_id", scene.Account.Folder),
                        ("filename", name),
                        ("own", "x"),
                    }.Select(pair => $"{pair.Item1} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Item2))}")
                )
            )
        );
}
