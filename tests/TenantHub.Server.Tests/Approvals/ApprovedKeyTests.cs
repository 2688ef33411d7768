using System.Net;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Approvals;

/// <summary>A caller's idempotency key stands for one write, whether a person had to approve it or not.</summary>
public sealed class ApprovedKeyTests(ServerFixture fixture)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KeyOfAWrite_IsAnsweredWithItsAnswer_WhetherApprovalsAreDemandedNowOrNot(bool demandedFirst)
    {
        var account = await fixture.LinkAsync();
        using var asking = await fixture.Hub.HoldKeyAsync("backend", approval: "writes");
        var (first, second) = demandedFirst ? (asking, fixture.Http) : (fixture.Http, asking);
        var (call, key) = (Bucket(), ("Idempotency-Key", Guid.NewGuid().ToString("N")));

        if (demandedFirst)
            await ApproveAsync(await first.RpcAsync(account.Id, call, key));
        var made = await first.RpcAsync(account.Id, call, key);
        var same = await second.RpcAsync(account.Id, call, key);
        var others = new[] { await first.RpcAsync(account.Id, Bucket(), key), await second.RpcAsync(account.Id, Bucket(), key) };

        Assert.Equal((HttpStatusCode.OK, null), (made.Status, made.Headers.GetValueOrDefault("x-answer-origin")));
        Assert.Equal((HttpStatusCode.OK, "replay"), (same.Status, same.Headers["x-answer-origin"]));
        Assert.All(others, other => Assert.Equal((HttpStatusCode.Conflict, "idempotency_key_reused"), (other.Status, other.Code)));
        Assert.Single(
            await fixture.Emulator.JournalAsync(account.ClientId),
            record => record is { Method: "POST", Path: "/oss/v2/buckets" }
        );
        Assert.Equal(demandedFirst ? 1 : 0, await ApprovalsAsync(account));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KeyOfAnUpload_MakesOneFile_WhetherApprovalsAreDemandedNowOrNot(bool demandedFirst)
    {
        var account = await fixture.LinkAsync();
        using var asking = await fixture.Hub.HoldKeyAsync("backend", approval: "writes");
        var (first, second) = demandedFirst ? (asking, fixture.Http) : (fixture.Http, asking);
        var (call, key) = (File(account, "AAAA"), ("Idempotency-Key", Guid.NewGuid().ToString("N")));

        if (demandedFirst)
            await ApproveAsync(await first.RpcAsync(account.Id, call, key));
        var made = await first.RpcAsync(account.Id, call, key);
        var same = await second.RpcAsync(account.Id, call, key);

        Assert.True(made.Status == HttpStatusCode.OK, made.Body?.ToJsonString());
        Assert.Equal((HttpStatusCode.OK, "replay"), (same.Status, same.Headers["x-answer-origin"]));
        Assert.Equal((string?)made.Body!["data"]!["version_id"], (string?)same.Body!["data"]!["version_id"]);
        Assert.Equal(demandedFirst ? 1 : 0, await ApprovalsAsync(account));
    }

    /// <summary>It goes on under its key, once a person has approved what was begun without one.</summary>
    [Fact]
    public async Task UploadThatWasBegunBeforeApprovalsWereDemanded_GoesOnUnderItsKey()
    {
        var account = await fixture.LinkAsync();
        using var asking = await fixture.Hub.HoldKeyAsync("backend", approval: "writes");
        var key = ("Idempotency-Key", Guid.NewGuid().ToString("N"));
        var upload = new
        {
            project_id = account.ProjectId,
            folder_id = account.Folder,
            file_name = "begun.txt",
            size = 4,
        };

        var begun = await fixture.Http.SendAsync(HttpMethod.Post, "/files/uploads", upload, account.Id, headers: key);
        var waits = await asking.SendAsync(HttpMethod.Post, "/files/uploads", upload, account.Id, headers: key);
        await ApproveAsync(waits);
        var approved = await asking.SendAsync(HttpMethod.Post, "/files/uploads", upload, account.Id, headers: key);
        using var bytes = new ByteArrayContent("abcd"u8.ToArray());
        var made = await asking.SendAsync(HttpMethod.Put, $"/files/uploads/{approved.Text("id")}", bytes, account.Id);

        Assert.Equal(begun.Text("id"), approved.Text("id"));
        Assert.Equal((HttpStatusCode.Created, "done"), (made.Status, made.Text("status")));
    }

    /// <summary>Put back to bytes that it has had before, a file is changed once more: that is no dead end, but a call of its own.</summary>
    [Fact]
    public async Task UploadOfTheSameBytes_AfterTheFileWasChanged_IsAskedForAnew()
    {
        var account = await fixture.LinkAsync();
        using var asking = await fixture.Hub.HoldKeyAsync("backend", approval: "writes");
        var call = File(account, "AAAA");
        await ApproveAsync(await asking.RpcAsync(account.Id, call));
        var first = await asking.RpcAsync(account.Id, call);
        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.RpcAsync(account.Id, File(account, "BBBB"))).Status);

        await ApproveAsync(await asking.RpcAsync(account.Id, call));
        var again = await asking.RpcAsync(account.Id, call);
        var repeat = await asking.RpcAsync(account.Id, call);

        Assert.True(again.Status == HttpStatusCode.OK, again.Body?.ToJsonString());
        Assert.NotEqual((string?)first.Body!["data"]!["version_id"], (string?)again.Body!["data"]!["version_id"]);
        Assert.Equal((string?)again.Body!["data"]!["version_id"], (string?)repeat.Body!["data"]!["version_id"]);
        Assert.Equal(2, await ApprovalsAsync(account));
    }

    /// <summary>A plan says before what the call would be told.</summary>
    [Fact]
    public async Task PlanUnderAKeyOfAnotherCall_SaysSo()
    {
        var account = await fixture.LinkAsync();
        var key = ("Idempotency-Key", Guid.NewGuid().ToString("N"));
        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.RpcAsync(account.Id, Bucket(), key)).Status);

        var plan = await fixture.Http.SendAsync(HttpMethod.Post, "/actions/plan", Bucket(), account.Id, headers: key);

        Assert.Equal("idempotency_key_reused", (string?)plan.Body!["obstacle"]?["code"]);
    }

    /// <summary>Each folder of a path is a call: what was made before one that waits is told.</summary>
    [Fact]
    public async Task PathOfFolders_ThatWaitsInTheMiddle_SaysWhatWasMade()
    {
        var account = await fixture.LinkAsync();
        using var asking = await fixture.Hub.HoldKeyAsync("backend", approval: "writes");
        var path = new
        {
            project_id = account.ProjectId,
            parent_id = account.Folder,
            path = "One/Two",
        };

        var first = await asking.SendAsync(HttpMethod.Post, "/files/folders", path, account.Id);
        await ApproveAsync(first);
        var second = await asking.SendAsync(HttpMethod.Post, "/files/folders", path, account.Id);
        await ApproveAsync(second);
        var made = await asking.SendAsync(HttpMethod.Post, "/files/folders", path, account.Id);

        Assert.StartsWith("A person has to approve", first.Text("detail"), StringComparison.Ordinal);
        Assert.StartsWith("Of the path, \"One\" was made. Not \"Two\": A person", second.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, made.Status);
    }

    private async Task ApproveAsync(ApiAnswer waits)
    {
        Assert.Equal("approval_required", waits.Code);
        Assert.Equal("approved", (await fixture.Http.SendAsync(HttpMethod.Post, waits.Headers["location"] + "/approve")).Text("status"));
    }

    private async Task<int> ApprovalsAsync(Linked account) =>
        (await fixture.Http.SendAsync(HttpMethod.Get, "/approvals?limit=100"))
            .Body!.AsArray()
            .Count(approval => (string?)approval!["account_id"] == account.Id);

    private static object File(Linked account, string content) =>
        new
        {
            action = "autodesk_upload_file_in_project_folder",
            path = new { project_id = account.ProjectId },
            body = new
            {
                folder_id = account.Folder,
                file_name = "once.txt",
                content,
            },
        };

    private static object Bucket() =>
        new { action = "autodesk_create_bucket", body = new { bucketKey = $"keyed-{Guid.NewGuid():N}", policyKey = "transient" } };
}
