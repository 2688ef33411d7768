using System.Net;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

#pragma warning disable CA2025 // Each request is awaited before what it uses is disposed.

namespace TenantHub.Server.Transfers;

/// <summary>
/// Bytes may come for hours. After the answer to a suspension, an unlinking, a move, a revocation or a change of the profile no more of them
/// leaves, and nothing is made of those that are there.
/// </summary>
public sealed class StoppedUploadTests(ServerFixture fixture)
{
    private const int Part = UploadScene.Part;
    private const int Size = 4 * Part;

    [Theory]
    [InlineData("suspend", false)]
    [InlineData("unlink", true)]
    [InlineData("move", false)]
    [InlineData("revoke", false)]
    [InlineData("revoke", true)]
    [InlineData("revoke_sender", false)]
    [InlineData("disable", false)]
    [InlineData("approval", true)]
    public async Task UploadThatIsStopped_SendsNoMoreParts_AndMakesNothing(string stop, bool byTus)
    {
        var (account, profile) = await LinkToProfileAsync();
        var (text, keyId) = await fixture.Hub.MakeKeyAsync("backend", owners: ["owner-of-uploads"]);
        using var caller = fixture.Hub.NewClient(text);
        var scene = new UploadScene(fixture.Emulator, caller, account);
        var begins = stop is "revoke_sender" ? new UploadScene(fixture.Emulator, fixture.Http, account) : scene; // Another key than the one that sends.
        var address = await begins.BeginAsync("stopped.bin", Size);
        using var bytes = new GatedStream(Size, Part);
        using var content = new StreamContent(bytes);
        content.Headers.ContentLength = Size;
        if (byTus)
            content.Headers.ContentType = new("application/offset+octet-stream");

        var sending = byTus
            ? scene.SendAsync(HttpMethod.Patch, address, content, ("Tus-Resumable", "1.0.0"), ("Upload-Offset", "0"))
            : scene.SendAsync(HttpMethod.Put, address, content);
        await Until.TrueAsync(async () => (await scene.PutsAsync()).Count == 1, "storage has the first part");
        await StopAsync(stop, account, profile, keyId);
        bytes.Open();
        var answer = await sending;

        Assert.Equal(
            stop switch
            {
                "suspend" => "account_suspended",
                "revoke" or "revoke_sender" => "unauthenticated",
                "disable" => "action_not_enabled",
                "approval" => "account_not_ready",
                _ => "account_not_found",
            },
            answer.Code
        );
        Assert.Single(await scene.PutsAsync());
        Assert.Equal(0, await scene.MadeAsync());
    }

    /// <summary>Each folder of the path is a call of its own, and the first ones were in time.</summary>
    [Fact]
    public async Task PathOfFolders_EndsAtTheFolderAfterTheRevocation()
    {
        var account = await fixture.LinkAsync();
        var (text, keyId) = await fixture.Hub.MakeKeyAsync("backend");
        using var caller = fixture.Hub.NewClient(text);
        var match = new { method = "POST", path_regex = "/folders$" };
        await fixture.Emulator.FaultAsync(
            new
            {
                kind = "latency",
                delay_ms = 500,
                match,
                client_id = account.ClientId,
            }
        );
        var path = new
        {
            project_id = account.ProjectId,
            parent_id = account.Folder,
            path = "a/b/c/d/e/f/g/h",
        };

        var making = caller.SendAsync(HttpMethod.Post, "/files/folders", path, account.Id);
        await Until.TrueAsync(async () => await MadeAsync() >= 2, "two folders are made");
        await fixture.Http.SendAsync(HttpMethod.Post, $"/keys/{keyId}/revoke");
        var atTheAnswer = await MadeAsync();
        var answer = await making;

        Assert.Equal((HttpStatusCode.Unauthorized, "unauthenticated"), (answer.Status, answer.Code));
        Assert.InRange(await MadeAsync(), atTheAnswer, atTheAnswer + 1); // One may have left before the revocation was answered.

        async Task<int> MadeAsync() =>
            (await fixture.Emulator.JournalAsync(account.ClientId)).Count(step =>
                step.Method == "POST" && step.Path.EndsWith("/folders", StringComparison.Ordinal)
            );
    }

    [Fact]
    public async Task DownloadToARevokedKey_EndsBeforeTheFile()
    {
        const int Large = 40 * 1024 * 1024;
        var account = await fixture.LinkAsync();
        var (text, keyId) = await fixture.Hub.MakeKeyAsync("backend");
        using var caller = fixture.Hub.NewClient(text);
        var scene = new UploadScene(fixture.Emulator, caller, account);
        var done = await scene.SendAsync(
            HttpMethod.Put,
            await scene.BeginAsync("large.bin", Large),
            new StreamContent(new PatternStream(Large))
        );
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"/files/content?project_id={account.ProjectId}&item_id={Uri.EscapeDataString(done.Text("item_id")!)}"
        );
        request.Headers.Add("x-account-id", account.Id);
        using var response = await caller.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        await using var stream = await response.Content.ReadAsStreamAsync(Cancel);
        await stream.ReadExactlyAsync(new byte[1024], Cancel); // The rest waits: nobody reads it.

        await fixture.Http.SendAsync(HttpMethod.Post, $"/keys/{keyId}/revoke");

        await Assert.ThrowsAnyAsync<IOException>(() => stream.CopyToAsync(Stream.Null, Cancel));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task StopAsync(string stop, Linked account, string profile, string keyId)
    {
        var answer = stop switch
        {
            "suspend" => await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{account.Id}/suspend"),
            "unlink" => await fixture.Http.SendAsync(HttpMethod.Delete, $"/accounts/{account.Id}"),
            "move" => await fixture.Http.SendAsync(
                HttpMethod.Patch,
                $"/accounts/{account.Id}",
                new { origin_owner_id = "another", origin_owner_name = "Another" }
            ),
            "revoke" or "revoke_sender" => await fixture.Http.SendAsync(HttpMethod.Post, $"/keys/{keyId}/revoke"),
            "disable" => await fixture.Http.SendAsync(
                HttpMethod.Patch,
                $"/profiles/{profile}",
                new { enabled_actions = new[] { "autodesk_list_hubs" } }
            ),
            _ => await fixture.Http.SendAsync(HttpMethod.Patch, $"/profiles/{profile}", new { approval = "writes" }),
        };
        Assert.True((int)answer.Status is 200 or 204, answer.Body?.ToJsonString());
    }

    private async Task<(Linked Account, string Profile)> LinkToProfileAsync()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var id = "stop-" + Guid.NewGuid().ToString("N")[..8];
        var profile = new
        {
            id,
            name = "Stopped",
            credentials = new { client_id = clientId, client_secret = secret },
        };
        Assert.Equal(HttpStatusCode.Created, (await fixture.Http.SendAsync(HttpMethod.Post, "/profiles", profile)).Status);
        var linked = await fixture.Http.LinkAsync(
            clientId,
            secret,
            (string)emulated["acc_account_id"]!,
            actAs: (string)emulated["users"]![0]!["id"]!,
            owner: "owner-of-uploads",
            profile: id
        );
        Assert.True(linked.Status == HttpStatusCode.Created, linked.Body?.ToJsonString());
        return (new Linked(linked.Text("id")!, clientId, secret, emulated, linked.Body!), id);
    }
}
