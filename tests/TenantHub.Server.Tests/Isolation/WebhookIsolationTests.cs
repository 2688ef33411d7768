using System.Net;
using System.Text.Json.Nodes;
using TenantHub.Server.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Isolation;

/// <summary>Webhooks belong to the client id: Autodesk lists them all and lets the app change them all.</summary>
public sealed class WebhookIsolationTests(ServerFixture fixture)
{
    [Fact]
    public async Task WebhookOfAnotherAccount_IsAnsweredAsOneThatDoesNotExist()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var hers = await Preparation.HookAsync(ann, fixture.Http);
        var before = (await fixture.Emulator.JournalAsync(ben.ClientId))[^1].Seq;

        foreach (
            var call in new Func<string, object>[]
            {
                id => new { action = "autodesk_get_webhook", path = HookIn(id) },
                id => new
                {
                    action = "autodesk_update_webhook",
                    path = HookIn(id),
                    body = new { status = "inactive", token = "mine" },
                },
                id => new { action = "autodesk_delete_webhook", path = HookIn(id) },
            }
        )
        {
            var foreign = await fixture.Http.RpcAsync(ben.Id, call(hers));
            foreign.AssertNotThisAccount();
            Assert.Equal((await fixture.Http.RpcAsync(ben.Id, call("00000000-1111-4222-8333-444444444444"))).Told(), foreign.Told());
            foreach (var spelling in new[] { hers.ToUpperInvariant(), hers + " ", " " + hers, $"{{{hers}}}" })
                (await fixture.Http.RpcAsync(ben.Id, call(spelling))).AssertNotThisAccount();
            Assert.Equal("invalid_input", (await fixture.Http.RpcAsync(ben.Id, call("x/../" + hers))).Code);
        }

        Assert.Empty(await fixture.Emulator.JournalAsync(ben.ClientId, since: before));
        var kept = await Preparation.RunAsync(fixture.Http, ann, new { action = "autodesk_get_webhook", path = HookIn(hers) });
        Assert.Equal("active", (string?)kept!["status"]);
    }

    [Theory]
    [InlineData("autodesk_list_webhooks")]
    [InlineData("autodesk_list_webhooks_by_system")]
    public async Task ListOfWebhooks_ShowsTheOwnOnly_OnEveryPage(string action)
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        await fixture.Emulator.PostAsync("settings", new { webhook_page_size = 3 });
        List<string> hers = [],
            his = [];
        for (var i = 0; i < 10; i++)
            (i % 3 == 1 ? his : hers).Add(await Preparation.HookAsync(i % 3 == 1 ? ben : ann, fixture.Http));

        foreach (var pageSize in new int?[] { null, 1 })
        {
            var seen = new List<string>();
            string? next = null;
            do
            {
                var query = new JsonObject();
                if (pageSize is { } size)
                    query["page_size"] = size;
                if (next is not null)
                    query["next"] = next;
                var path = action == "autodesk_list_webhooks" ? new Dictionary<string, string>() : new() { ["system"] = "data" };
                var page = await fixture.Http.RpcAsync(
                    ben.Id,
                    new
                    {
                        action,
                        path,
                        query,
                    }
                );
                Assert.True(page.Status == HttpStatusCode.OK, page.Body?.ToJsonString());
                seen.AddRange(page.Body!["data"]!["data"]!.AsArray().Select(row => (string)row!["hookId"]!));
                Assert.All(hers, id => Assert.DoesNotContain(id, page.Body.ToJsonString(), StringComparison.Ordinal));
                page.AssertTellsNothingOf(ann);
                next = page.Text("next");
            } while (next is not null);

            Assert.Equal(his, seen);
        }
    }

    /// <summary>A webhook on her folder would tell Ben of every file that comes into it.</summary>
    [Fact]
    public async Task FolderOfAnotherAccount_IsNotWatched()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        await Preparation.KnowFolderAsync(ann, fixture.Http);

        var alone = await CreateAsync(ben, new { callbackUrl = "https://ben.example/cb", scope = new { folder = ann.Folder } });
        var besideHis = await CreateAsync(
            ben,
            new
            {
                callbackUrl = "https://ben.example/cb",
                scope = new { folder = ann.Folder },
                projectId = ben.ProjectId,
            }
        );
        var besideHers = await CreateAsync(
            ben,
            new
            {
                callbackUrl = "https://ben.example/cb",
                scope = new { folder = ann.Folder },
                projectId = "b." + ann.ProjectId,
                hubId = ben.HubId,
            }
        );
        var both = await CreateAsync(
            ben,
            new
            {
                callbackUrl = "https://ben.example/cb",
                scope = new { folder = ben.Folder, project = ann.ProjectId },
                projectId = ben.ProjectId,
            }
        );
        var everything = await CreateAsync(
            ben,
            new
            {
                callbackUrl = "https://ben.example/cb",
                scope = new { folder = "*" },
                projectId = ben.ProjectId,
            }
        );
        var unknown = await CreateAsync(ben, new { callbackUrl = "https://ben.example/cb", scope = new { hub = ann.HubId } });

        Assert.All(new[] { alone, besideHis, besideHers, both, everything }, answer => answer.AssertNotThisAccount());
        Assert.Equal("invalid_input", unknown.Code);
        Assert.Contains("body.projectId", alone.Text("nextStep"), StringComparison.Ordinal);
        Assert.DoesNotContain(await fixture.Emulator.JournalAsync(ben.ClientId), record => record.Method == "POST");
    }

    [Fact]
    public async Task TenantOfAWebhook_IsTheOwnAccount_OrRefused()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);

        foreach (var tenant in new[] { ann.HubId, ann.AccAccountId, "anything" })
        {
            var answer = await CreateAsync(
                ben,
                new
                {
                    callbackUrl = "https://ben.example/cb",
                    scope = new { folder = ben.Folder },
                    projectId = ben.ProjectId,
                    tenant,
                }
            );
            answer.AssertNotThisAccount();
        }

        Assert.DoesNotContain(await fixture.Emulator.JournalAsync(ben.ClientId), record => record.Method == "POST");
    }

    [Fact]
    public async Task OwnFolder_IsWatched_WithItsProjectOrOnceItWasSeen()
    {
        var account = await fixture.LinkAsync();

        var named = await CreateAsync(
            account,
            new
            {
                callbackUrl = "https://example.com/1",
                scope = new { folder = account.Folder },
                projectId = "b." + account.ProjectId,
                hubId = account.HubId,
            }
        );
        var listed = await fixture.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_list_folder_contents", path = new { project_id = account.ProjectId, folder_id = account.Folder } }
        );
        var seen = await CreateAsync(account, new { callbackUrl = "https://example.com/2", scope = new { folder = account.ItemFolder } });
        var project = await CreateAsync(
            account,
            new { callbackUrl = "https://example.com/3", scope = new { project = account.ProjectId } },
            "autodesk.construction.issues",
            "issue.created-1.0"
        );

        Assert.Contains(account.ItemFolder, listed.Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.All(new[] { named, seen, project }, answer => Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString()));
    }

    /// <summary>The hub reads back whether a webhook whose answer was lost is there. Found twice, it is still one account's.</summary>
    [Fact]
    public async Task WebhookFoundByReadingBack_IsItsCreators()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        await Preparation.KnowFolderAsync(ann, fixture.Http);
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { method = "POST", path_prefix = "/webhooks" },
                kind = "lost_answer",
                client_id = ann.ClientId,
                times = 1,
            }
        );

        var made = await CreateAsync(ann, new { callbackUrl = "https://ann.example/lost", scope = new { folder = ann.Folder } });
        var id = (string)made.Body!["data"]!["id"]!;

        Assert.Equal(
            HttpStatusCode.OK,
            (await fixture.Http.RpcAsync(ann.Id, new { action = "autodesk_get_webhook", path = HookIn(id) })).Status
        );
        (await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_get_webhook", path = HookIn(id) })).AssertNotThisAccount();
    }

    private static Dictionary<string, string> HookIn(string id) =>
        new()
        {
            ["system"] = "data",
            ["event"] = "dm.version.added",
            ["hook_id"] = id,
        };

    private Task<ApiAnswer> CreateAsync(Linked account, object body, string system = "data", string name = "dm.version.added") =>
        fixture.Http.RpcAsync(
            account.Id,
            new
            {
                action = "autodesk_create_webhook",
                path = new Dictionary<string, string> { ["system"] = system, ["event"] = name },
                body,
            }
        );
}
