using System.Net;
using TenantHub.Server.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Isolation;

/// <summary>What accounts of one client id share without wanting to: limits, idempotency keys, the hub's memory of calls.</summary>
public sealed class NothingElseLeaksTests(ServerFixture fixture)
{
    [Fact]
    public async Task IdempotencyKeyOfAnotherAccount_IsAnotherKey()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var body = new { email = "shared@example.com", first_name = "Ada" };

        var hers = await fixture.Http.RpcAsync(
            ann.Id,
            new { action = "autodesk_create_account_user", body },
            ("Idempotency-Key", "same-key")
        );
        var his = await fixture.Http.RpcAsync(
            ben.Id,
            new { action = "autodesk_create_account_user", body },
            ("Idempotency-Key", "same-key")
        );
        var other = await fixture.Http.RpcAsync(
            ben.Id,
            new { action = "autodesk_create_account_user", body = new { email = "else@example.com" } },
            ("Idempotency-Key", "same-key")
        );

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (hers.Status, his.Status));
        Assert.Equal(ben.AccAccountId, (string?)his.Body!["data"]!["account_id"]);
        his.AssertTellsNothingOf(ann);
        Assert.Equal("idempotency_key_reused", other.Code); // Of his own first call, and not of hers.
        Assert.Equal(2, (await fixture.Emulator.JournalAsync(ann.ClientId)).Count(record => record.Method == "POST"));
    }

    /// <summary>Limits are counted by client id, so that others use them shows; who they are does not.</summary>
    [Fact]
    public async Task PlansAndRefusalsAndHeaders_TellNumbersOnly()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        await fixture.Http.SendAsync(HttpMethod.Put, $"/quotas/{ann.ClientId}/dm-hubs", new { requests_per_minute = 2 });
        for (var i = 0; i < 3; i++)
            await fixture.Http.RpcAsync(ann.Id, new { action = "autodesk_list_hubs" }, ("Prefer", "wait=0"));

        var plan = await fixture.Http.SendAsync(HttpMethod.Post, "/actions/plan", new { action = "autodesk_list_hubs" }, ben.Id);
        var refused = await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_list_hubs" }, ("Prefer", "wait=0"));
        var state = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{ben.Id}/state");

        Assert.Equal("quota_exceeded", refused.Code);
        Assert.Equal(0, (int)plan.Body!["quota"]!["remaining"]!);
        foreach (var answer in new[] { plan, refused, state })
        {
            answer.AssertTellsNothingOf(ann);
            Assert.DoesNotContain(ann.Id, string.Join(' ', answer.Headers.Values), StringComparison.Ordinal);
        }
    }

    /// <summary>The live state and the last calls are the account's own, refused attacks included, without the ids that were
    /// tried.</summary>
    [Fact]
    public async Task LiveState_TellsOfTheOwnCallsOnly()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        await Preparation.KnowProjectsAsync(ann, fixture.Http);
        await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_list_top_folders", path = new { project_id = ann.ProjectId } });

        var hers = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{ann.Id}/state");
        var his = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{ben.Id}/state");

        Assert.Equal(["autodesk_list_projects"], hers.Body!["recent_calls"]!.AsArray().Select(call => (string?)call!["action_id"]));
        Assert.Equal(["not_this_account"], his.Body!["recent_calls"]!.AsArray().Select(call => (string?)call!["outcome"]));
        Assert.DoesNotContain(ann.ProjectId, his.Body.ToJsonString(), StringComparison.Ordinal);
        his.AssertTellsNothingOf(ann);
    }

    /// <summary>What an unlinked account made is not found by the next one that the same customer links.</summary>
    [Fact]
    public async Task UnlinkedAccountsThings_AreNobodys()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var bucket = await Preparation.BucketAsync(ann, fixture.Http);
        await fixture.Http.SendAsync(HttpMethod.Delete, $"/accounts/{ann.Id}");

        var his = await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_get_bucket_details", path = new { bucketKey = bucket } });
        var hers = await fixture.Http.RpcAsync(ann.Id, new { action = "autodesk_get_bucket_details", path = new { bucketKey = bucket } });

        his.AssertNotThisAccount();
        Assert.Equal("account_not_found", hers.Code);
    }

    /// <summary>An operator may let two owners share one Autodesk account: both are let into its projects, each has its own
    /// buckets.</summary>
    [Fact]
    public async Task OneAutodeskAccountLinkedTwice_IsBoths()
    {
        var app = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([app.ClientId]);
        var links = new List<Linked>();
        foreach (var owner in new[] { "first", "second" })
        {
            var answer = await fixture.Http.LinkAsync(
                app.ClientId,
                app.Secret,
                (string)emulated["acc_account_id"]!,
                owner: owner,
                share: true
            );
            links.Add(new Linked((string)answer.Body!["id"]!, app.ClientId, app.Secret, emulated, answer.Body));
        }

        var bucket = await Preparation.BucketAsync(links[0], fixture.Http);

        foreach (var linked in links)
            Assert.Equal(
                HttpStatusCode.OK,
                (
                    await fixture.Http.RpcAsync(
                        linked.Id,
                        new { action = "autodesk_list_top_folders", path = new { project_id = linked.ProjectId } }
                    )
                ).Status
            );
        (
            await fixture.Http.RpcAsync(links[1].Id, new { action = "autodesk_get_bucket_details", path = new { bucketKey = bucket } })
        ).AssertNotThisAccount();
    }
}
