using System.Net;
using TenantHub.Client;
using TenantHub.Client.Actions;
using TenantHub.Client.Keys;
using TenantHub.Client.Recordings;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Client;

/// <summary>What people do about calls, as the client has it: approve them, and record them.</summary>
public sealed class ClientSupportTests(ServerFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CallThatNeedsAPerson_IsFoundApprovedAndMadeOnce_AndAnotherIsRefused()
    {
        var linked = await fixture.LinkAsync();
        var hub = fixture.Client();
        var key = await hub.Keys.CreateAsync(
            new NewKey
            {
                Name = "An agent",
                Role = "backend",
                Approval = "writes",
            },
            Token
        );
        var agent = fixture.Client(key.Key).Account(linked.Id);
        var (first, second) = ("bucket-" + Guid.NewGuid().ToString("N"), "bucket-" + Guid.NewGuid().ToString("N"));

        var waiting = await Assert.ThrowsAsync<TenantHubException>(() => MakeAsync(first));
        var pending = await hub.Approvals.ListAsync(onlyPending: true, Token).SingleAsync(call => call.Id == waiting.ApprovalId, Token);
        var approved = await hub.Approvals.ApproveAsync(pending.Id, Token);
        await MakeAsync(first, waiting.IdempotencyKey);
        var used = await fixture.Client(key.Key).Approvals.GetAsync(pending.Id, Token);
        var other = await Assert.ThrowsAsync<TenantHubException>(() => MakeAsync(second));
        var refused = await hub.Approvals.RefuseAsync(other.ApprovalId!, Token);
        var told = await Assert.ThrowsAsync<TenantHubException>(() => MakeAsync(second, other.IdempotencyKey));
        var all = await hub.Approvals.ListAsync(cancellationToken: Token).Select(call => call.Id).ToListAsync(Token);

        Assert.Equal(HttpStatusCode.Accepted, waiting.Status);
        Assert.Equal((ErrorCodes.ApprovalRequired, ErrorCodes.ApprovalRefused), (waiting.Code, told.Code));
        Assert.Equal((linked.Id, AutodeskActions.CreateBucket, "pending"), (pending.AccountId, pending.Action, pending.Status));
        Assert.Contains(first, pending.Call.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(("approved", "used", "refused"), (approved.Status, used.Status, refused.Status));
        Assert.NotNull(approved.DecidedBy);
        Assert.Equal([other.ApprovalId!, pending.Id], all.Where(id => id == pending.Id || id == other.ApprovalId));
        var sent = Assert.Single(
            await fixture.Emulator.JournalAsync(linked.ClientId),
            record => record is { Method: "POST", Path: "/oss/v2/buckets" }
        );
        Assert.Contains(first, sent.Body, StringComparison.Ordinal);

        Task MakeAsync(string bucket, string? key = null) =>
            agent.CreateBucketAsync(
                new()
                {
                    Body = new() { BucketKey = bucket, PolicyKey = "transient" },
                },
                new ActionOptions { IdempotencyKey = key },
                Token
            );
    }

    [Fact]
    public async Task NextCalls_AreRecordedWithTheirBodies_UntilItIsStopped()
    {
        var linked = await fixture.LinkAsync();
        var account = fixture.Client().Account(linked.Id);

        var begun = await account.Recording.BeginAsync(2, Token);
        var answer = await account.ListHubsAsync(cancellationToken: Token);
        AccountRecording? seen = null;
        await Until.TrueAsync(async () => (seen = await account.Recording.GetAsync(Token)).Recorded.Count > 0, "the call is recorded");
        var read = await account.Recording.ReadAsync(answer.RequestId!, Token);
        var stopped = await account.Recording.StopAsync(Token);
        var none = await Assert.ThrowsAsync<TenantHubException>(() => account.Recording.ReadAsync(Guid.NewGuid().ToString(), Token));

        Assert.Equal((2, 2, 1), (begun.Recording!.Calls, begun.Recording.Left, seen!.Recording!.Left));
        Assert.Equal((answer.RequestId, AutodeskActions.ListHubs), (Assert.Single(seen.Recorded).RequestId, read.Action));
        Assert.Contains(linked.HubId, read.Answer!.Text, StringComparison.Ordinal);
        Assert.Contains(read.Requests, request => request is { Method: "GET", Path: "/project/v1/hubs", Status: 200 });
        Assert.Null(stopped.Recording);
        Assert.Equal(ErrorSources.Caller, none.Source);
    }
}
