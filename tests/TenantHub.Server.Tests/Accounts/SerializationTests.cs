using System.Net;
using TenantHub.Server.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Accounts;

/// <summary>What Autodesk saw decides: one account's requests never overlap, and accounts do not wait for each other.</summary>
public sealed class SerializationTests(ServerFixture fixture)
{
    private static readonly object ListHubs = new { action = "autodesk_list_hubs" };

    [Fact]
    public async Task HundredCallersAtOnce_AreNeverSeenOverlappingByAutodesk()
    {
        var account = await fixture.LinkAsync();
        await Preparation.KnowProjectsAsync(account, fixture.Http);
        var before = (await fixture.Emulator.JournalAsync(account.ClientId))[^1].Seq;

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 100)
                .Select(i =>
                    fixture.Http.RpcAsync(
                        account.Id,
                        i % 2 == 0
                            ? ListHubs
                            : new
                            {
                                action = "autodesk_create_storage",
                                path = new { project_id = account.ProjectId },
                                body = Storage(account),
                            }
                    )
                )
        );

        var seen = (await fixture.Emulator.JournalAsync(account.ClientId, since: before)).OrderBy(record => record.StartedUs).ToList();
        Assert.All(
            seen.Zip(seen.Skip(1)),
            pair => Assert.True(pair.First.EndedUs <= pair.Second.StartedUs, $"{pair.First} overlaps {pair.Second}")
        );
        var done = answers.Count(answer => answer.Status == HttpStatusCode.OK);
        var refused = answers.Where(answer => answer.Status != HttpStatusCode.OK).ToList();
        Assert.All(refused, answer => Assert.Equal("lane_full", answer.Code));
        Assert.All(
            refused,
            answer => Assert.True(int.Parse(answer.Headers["retry-after"], System.Globalization.CultureInfo.InvariantCulture) >= 1)
        );
        Assert.True(done >= 65, $"{done} were done");
        Assert.Equal(done, seen.Count);
    }

    [Fact]
    public async Task LiveState_AnswersAtOnce_WhileACallIsRunningAndOthersWait()
    {
        var account = await fixture.LinkAsync();
        await SlowAsync(account, 3000);
        var running = fixture.Http.RpcAsync(account.Id, SlowCall(account));
        var state = await WaitForStateAsync(account, state => state.Body!["lane"]!["running"]!.AsArray().Count > 0);
        var waiting = fixture.Http.RpcAsync(account.Id, ListHubs);
        state = await WaitForStateAsync(account, state => state.Body!["lane"]!["waiting"]!.AsArray().Count == 1);

        for (var i = 0; i < 9; i++)
            await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{account.Id}/state");

        Assert.False(running.IsCompleted, "The state waited for the slow call.");
        Assert.Equal("autodesk_get_hub", (string?)state.Body!["lane"]!["running"]![0]!["action_id"]);
        Assert.Equal("autodesk_list_hubs", (string?)state.Body["lane"]!["waiting"]![0]!["action_id"]);
        Assert.Equal(HttpStatusCode.OK, (await running).Status);
        Assert.Equal(HttpStatusCode.OK, (await waiting).Status);
    }

    [Fact]
    public async Task TwoAccounts_DoNotWaitForEachOther()
    {
        var slow = await fixture.LinkAsync();
        var quick = await fixture.LinkAsync();
        await SlowAsync(slow, 3000);
        var running = fixture.Http.RpcAsync(slow.Id, SlowCall(slow));
        await WaitForStateAsync(slow, state => state.Body!["lane"]!["running"]!.AsArray().Count > 0);

        var answer = await fixture.Http.RpcAsync(quick.Id, ListHubs);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.False(running.IsCompleted, "the other account's slow call must still be running");
        await running;
    }

    [Fact]
    public async Task ThousandFirstCallsAtOnce_CostOneTokenRequest()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var accounts = await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(async i =>
                    (string)(await fixture.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!)).Body!["id"]!
                )
        );
        var before = (await fixture.Emulator.JournalAsync(clientId, tokens: true)).Max(record => record.Seq);

        // bucket:read has not been asked for yet, so these are first calls of 50 accounts that share one app, 20 each.
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 1000)
                .Select(i => fixture.Http.RpcAsync(accounts[i % accounts.Length], new { action = "autodesk_list_buckets" }))
        );

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Single((await fixture.Emulator.JournalAsync(clientId, tokens: true, since: before)), record => record.IsToken);
    }

    [Fact]
    public async Task CallerThatCannotWait_IsTurnedAwayInTime_AndNothingIsSent()
    {
        var account = await fixture.LinkAsync();
        await SlowAsync(account, 2500);
        var running = fixture.Http.RpcAsync(account.Id, SlowCall(account));
        await WaitForStateAsync(account, state => state.Body!["lane"]!["running"]!.AsArray().Count > 0);
        using var impatient = fixture.Hub.NewClient(ServerProcess.AdminKey);
        impatient.DefaultRequestHeaders.Add("Prefer", "wait=1");

        var answer = await impatient.RpcAsync(account.Id, ListHubs);

        Assert.Equal(HttpStatusCode.RequestTimeout, answer.Status);
        Assert.Equal("deadline_exceeded", answer.Code);
        Assert.False(running.IsCompleted);
        await running;
        Assert.Single(await fixture.Emulator.JournalAsync(account.ClientId), record => record.Path == "/project/v1/hubs"); // The verification's.
    }

    private static object SlowCall(Linked account) => new { action = "autodesk_get_hub", path = new { hub_id = account.HubId } };

    private Task SlowAsync(Linked account, int milliseconds) =>
        fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/project/v1/hubs/{account.HubId}" },
                kind = "latency",
                delay_ms = milliseconds,
                times = 1,
            }
        );

    private static object Storage(Linked account) =>
        new
        {
            jsonapi = new { version = "1.0" },
            data = new
            {
                type = "objects",
                attributes = new { name = "x.pdf" },
                relationships = new { target = new { data = new { type = "folders", id = account.Folder } } },
            },
        };

    /// <summary>Looks until the state is there; the fault's length is the limit, so a miss fails in the assertion that follows.</summary>
    private async Task<ApiAnswer> WaitForStateAsync(Linked account, Func<ApiAnswer, bool> reached)
    {
        for (var i = 0; i < 1000; i++)
        {
            var state = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{account.Id}/state");
            if (reached(state))
                return state;
        }

        throw new TimeoutException($"The lane of {account.Id} did not reach the expected state.");
    }
}
