using System.Text.Json;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Approvals;

/// <summary>What a caller's rights and approvals mean to the grain itself, whoever calls it, and when they end.</summary>
public sealed class ApprovalsTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SiloCluster Hub => fixture.Hub;

    [Fact]
    public async Task PendingApproval_Expires_AndTheNextCallAsksAnew()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var call = Bucket();
        var first = await WaitsAsync(account, call);

        Hub.Clock.Advance(TimeSpan.FromMinutes(61));
        var late = await account.DecideApprovalAsync(first, approve: true, "key:somebody");
        var second = await WaitsAsync(account, call);

        Assert.Equal(ErrorCode.ApprovalDecided, late.Error!.Code);
        Assert.NotEqual(first, second);
        Assert.DoesNotContain(await Hub.Emulator.JournalAsync(clientId), sent => sent.Method == "POST");
    }

    [Fact]
    public async Task ApprovedCall_ThatIsNotSentInTime_IsAskedForAgain()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var call = Bucket();
        var first = await WaitsAsync(account, call);
        Assert.Null((await account.DecideApprovalAsync(first, approve: true, "key:somebody")).Error);

        Hub.Clock.Advance(TimeSpan.FromMinutes(61));

        Assert.NotEqual(first, await WaitsAsync(account, call));
        Assert.DoesNotContain(await Hub.Emulator.JournalAsync(clientId), sent => sent.Method == "POST");
    }

    /// <summary>What became of a key is known for a day. After that the same key is another write, which nobody has approved.</summary>
    [Fact]
    public async Task UsedApproval_IsGoodForItsAnswer_AndForNoSecondWrite()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var call = Bucket() with { IdempotencyKey = "order-1" };
        Assert.Null((await account.DecideApprovalAsync(await WaitsAsync(account, call), approve: true, "key:somebody")).Error);
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(call, Cancel));

        Hub.Clock.Advance(TimeSpan.FromHours(23));
        var repeat = Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(call, Cancel));
        Hub.Clock.Advance(TimeSpan.FromHours(2));
        await WaitsAsync(account, call);

        Assert.Equal(AnswerOrigin.Replay, repeat.Origin);
        Assert.Single(await Hub.Emulator.JournalAsync(clientId), sent => sent.Method == "POST");
    }

    /// <summary>Whoever takes access away and reads "done" believes it.</summary>
    [Fact]
    public async Task TakenAwayApprovedAndGivenBack_IsTakenAwayAgainOnlyByANewApproval()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var users = Assert.IsType<ActionResult.Succeeded>(
            await account.RunActionAsync(new ActionRequest("autodesk_list_account_users"), Cancel)
        );
        using var listed = JsonDocument.Parse(users.Data!.Memory);
        ActionRequest Set(string status) =>
            new("autodesk_update_account_user")
            {
                Path = new Dictionary<string, string> { ["user_id"] = listed.RootElement[0].GetProperty("id").GetString()! },
                Body = JsonBytes.From(new { status }),
                CallerId = "key:agent",
                Rights = new CallerRights { Approval = ApprovalDemand.Destructive },
            };
        var first = await WaitsAsync(account, Set("inactive"));
        Assert.Null((await account.DecideApprovalAsync(first, approve: true, "key:somebody")).Error);
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(Set("inactive"), Cancel));
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(Set("active"), Cancel));

        var again = Assert.IsType<ActionResult.Failed>(await account.RunActionAsync(Set("inactive"), Cancel)).Error;

        Assert.Equal(ErrorCode.ApprovalRequired, again.Code);
        Assert.NotEqual(first, again.ApprovalId);
        Assert.Contains(first, again.Detail, StringComparison.Ordinal);
        Assert.Null((await account.DecideApprovalAsync(again.ApprovalId!, approve: true, "key:somebody")).Error);
        Assert.Equal(
            AnswerOrigin.Autodesk,
            Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(Set("inactive"), Cancel)).Origin
        );
        Assert.Equal(3, (await Hub.Emulator.JournalAsync(clientId)).Count(sent => sent.Method == "PATCH"));
    }

    /// <summary>What would have a second effect is a repeat for ten minutes, and then another call.</summary>
    [Fact]
    public async Task UsedApproval_AnswersARepeatWithoutAKey_ForTenMinutes()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var call = Bucket();
        Assert.Null((await account.DecideApprovalAsync(await WaitsAsync(account, call), approve: true, "key:somebody")).Error);
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(call, Cancel));

        Hub.Clock.Advance(TimeSpan.FromMinutes(9));
        var repeat = Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(call, Cancel));
        Hub.Clock.Advance(TimeSpan.FromMinutes(2));
        await WaitsAsync(account, call);

        Assert.Equal(AnswerOrigin.Replay, repeat.Origin);
        Assert.Single(await Hub.Emulator.JournalAsync(clientId), sent => sent.Method == "POST");
    }

    /// <summary>What was deleted with an approval is gone, and nobody is asked for it again, nor for what the account does not have.</summary>
    [Fact]
    public async Task DeletionThatWasApproved_IsAnsweredAgain_AndNobodyIsAskedForWhatIsNotThere()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var made = Bucket() with { Rights = null };
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(made, Cancel));
        var delete = Delete(JsonDocument.Parse(made.Body!.Memory).RootElement.GetProperty("bucketKey").GetString()!);
        Assert.Null((await account.DecideApprovalAsync(await WaitsAsync(account, delete), approve: true, "key:somebody")).Error);
        var first = Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(delete, Cancel));

        Hub.Clock.Advance(TimeSpan.FromMinutes(9));
        var again = Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(delete, Cancel));
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(made with { IdempotencyKey = "made-again" }, Cancel));
        await WaitsAsync(account, delete);
        var nowhere = Assert.IsType<ActionResult.Failed>(await account.RunActionAsync(Delete("nobodys-bucket"), Cancel)).Error;

        Assert.Equal((AnswerOrigin.Autodesk, AnswerOrigin.Replay), (first.Origin, again.Origin));
        Assert.Equal((ErrorCode.NotThisAccount, null), (nowhere.Code, nowhere.ApprovalId));
        Assert.Single(await Hub.Emulator.JournalAsync(clientId), sent => sent.Method == "DELETE");
    }

    [Fact]
    public async Task Plan_SaysWhatBecameOfTheCallsApproval()
    {
        var (account, _, _) = await Hub.LinkAsync();
        var call = Bucket();
        async Task<(bool Needs, string? Id, ApprovalStatus? Status)> PlanAsync() =>
            (await account.PlanAsync(call)).Plan is { } plan ? (plan.NeedsApproval, plan.ApprovalId, plan.ApprovalStatus) : default;

        var before = await PlanAsync();
        var id = await WaitsAsync(account, call);
        var waiting = await PlanAsync();
        Assert.Null((await account.DecideApprovalAsync(id, approve: true, "key:somebody")).Error);
        var approved = await PlanAsync();

        Assert.Equal((true, null, null), before);
        Assert.Equal((true, id, ApprovalStatus.Pending), waiting);
        Assert.Equal((false, id, ApprovalStatus.Approved), approved);
    }

    /// <summary>Whoever asks and takes back, again and again, fills what people have to look through.</summary>
    [Fact]
    public async Task CallerWhoAsksAndTakesBack_IsStopped()
    {
        var (account, _, _) = await Hub.LinkAsync();
        ErrorCode? stopped = null;

        for (var asked = 0; asked < 60 && stopped is null; asked++)
        {
            var error = Assert.IsType<ActionResult.Failed>(await account.RunActionAsync(Bucket(), Cancel)).Error;
            if (error.ApprovalId is { } id)
                Assert.Null((await account.DecideApprovalAsync(id, approve: false, "key:agent")).Error);
            else
                stopped = error.Code;
        }

        Assert.Equal(ErrorCode.TooManyRequests, stopped);
        Hub.Clock.Advance(TimeSpan.FromMinutes(61));
        await WaitsAsync(account, Bucket());
    }

    [Fact]
    public async Task SameCallManyTimesAtOnce_IsOneApproval()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var call = Bucket();

        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => WaitsAsync(account, call)));
        Assert.Null((await account.DecideApprovalAsync(asked[0], approve: true, "key:somebody")).Error);

        Assert.Single(asked.Distinct());
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(call, Cancel));
        Assert.Single(await Hub.Emulator.JournalAsync(clientId), sent => sent.Method == "POST");
    }

    [Fact]
    public async Task ApprovalOfAnotherAccount_CannotBeDecidedHere()
    {
        var (account, _, _) = await Hub.LinkAsync();
        var (other, _, _) = await Hub.LinkAsync();
        Assert.True((await account.PlanAsync(Bucket())).Plan!.NeedsApproval);
        Assert.False((await account.PlanAsync(Bucket() with { Rights = null })).Plan!.NeedsApproval);
        var waiting = await WaitsAsync(account, Bucket());

        Assert.Equal(ErrorCode.ApprovalNotFound, (await other.DecideApprovalAsync(waiting, approve: true, "key:somebody")).Error!.Code);
        Assert.Equal(ErrorCode.Forbidden, (await account.DecideApprovalAsync(waiting, approve: true, "key:agent")).Error!.Code);
    }

    [Fact]
    public async Task GrainsOwnCaller_IsHeldToTheRightsThatItHandsOver()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var rights = new CallerRights { Actions = ["autodesk_list_hubs"], Ceiling = CallSafety.Read };
        var before = (await Hub.Emulator.JournalAsync(clientId)).Count;

        foreach (
            var call in new[]
            {
                Bucket() with
                {
                    Rights = rights,
                },
                new ActionRequest("autodesk_list_buckets") { Rights = rights },
            }
        )
        {
            Assert.Equal(
                ErrorCode.ActionNotAllowed,
                Assert.IsType<ActionResult.Failed>(await account.RunActionAsync(call, Cancel)).Error.Code
            );
            Assert.Equal(ErrorCode.ActionNotAllowed, (await account.PlanAsync(call)).Plan!.Obstacle!.Code);
            Assert.Equal(ErrorCode.ActionNotAllowed, (await account.AdmitAsync(call)).Refusal!.Code);
        }

        Assert.Equal(before, (await Hub.Emulator.JournalAsync(clientId)).Count);
    }

    [Fact]
    public async Task SameWriteWithoutAKey_IsARepeatForTenMinutes_AndNoLonger()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var write = Bucket() with { Rights = null, RepeatWindow = TimeSpan.FromMinutes(10) };
        Hub.Clock.Advance(TimeSpan.FromMinutes(9)); // Somewhere in a span, so that the window goes over its edge.

        var first = Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(write, Cancel));
        Hub.Clock.Advance(TimeSpan.FromMinutes(9));
        var repeat = Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(write, Cancel));
        var other = await account.RunActionAsync(write with { CallerId = "key:other" }, Cancel);
        Hub.Clock.Advance(TimeSpan.FromMinutes(2));
        var later = await account.RunActionAsync(write, Cancel);

        Assert.Equal((AnswerOrigin.Autodesk, AnswerOrigin.Replay), (first.Origin, repeat.Origin));
        Assert.Equal(ErrorCode.AutodeskConflict, Assert.IsType<ActionResult.Failed>(other).Error.Code);
        Assert.Equal(ErrorCode.AutodeskConflict, Assert.IsType<ActionResult.Failed>(later).Error.Code);
        Assert.Equal(3, (await Hub.Emulator.JournalAsync(clientId)).Count(sent => sent.Method == "POST"));
    }

    private static ActionRequest Delete(string bucket) =>
        new("autodesk_delete_bucket")
        {
            Path = new Dictionary<string, string> { ["bucketKey"] = bucket },
            CallerId = "key:agent",
            Rights = new CallerRights { Approval = ApprovalDemand.Writes },
        };

    private static ActionRequest Bucket() =>
        new("autodesk_create_bucket")
        {
            Body = JsonBytes.From(new { bucketKey = $"agent-{Guid.NewGuid():N}", policyKey = "transient" }),
            CallerId = "key:agent",
            Rights = new CallerRights { Approval = ApprovalDemand.Writes },
        };

    private static async Task<string> WaitsAsync(ILinkedAccountGrain account, ActionRequest call)
    {
        var error = Assert.IsType<ActionResult.Failed>(await account.RunActionAsync(call, Cancel)).Error;
        Assert.Equal(ErrorCode.ApprovalRequired, error.Code);
        return error.ApprovalId!;
    }
}
