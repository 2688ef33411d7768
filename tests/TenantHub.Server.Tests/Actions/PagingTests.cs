using System.Net;
using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Actions;

/// <summary>page_size and next work the same for every list, whatever Autodesk's style. Every row comes exactly once.</summary>
public sealed class PagingTests(ServerFixture fixture)
{
    [Theory]
    [InlineData("autodesk_list_account_users", "", 5, 12, 3)] // limit and offset, a bare array
    [InlineData("autodesk_list_account_companies", "", 4, 12, 4)] // the last full page is followed by an empty one
    [InlineData("autodesk_list_account_projects", "results", 1, 2, 2)] // limit and offset, totalResults
    [InlineData("autodesk_list_project_users", "results", 2, 3, 2)]
    [InlineData("autodesk_list_projects", "data", 1, 2, 2)] // page[number]
    [InlineData("autodesk_list_item_versions", "data", 1, 2, 2)]
    [InlineData("autodesk_list_buckets", "items", 2, 5, 3)] // startAt
    [InlineData("autodesk_list_webhooks", "data", 2, 5, 3)] // pageState; the page size is Autodesk's, so the rows are cut here
    [InlineData("autodesk_list_webhooks_by_system", "data", 2, 5, 3)]
    [InlineData("autodesk_list_hubs", "data", 1, 1, 1)] // never paged by Autodesk
    [InlineData("autodesk_list_top_folders", "data", 1, 2, 2)]
    [InlineData("autodesk_list_business_units", "business_units", 1, 2, 2)]
    [InlineData("autodesk_list_project_industry_roles", "", 2, 3, 2)]
    [InlineData("autodesk_search_folder", "data", 1, 1, 1)]
    public async Task Pages_HoldEveryRowOnce_WithOneCursor(string action, string rows, int pageSize, int total, int pages)
    {
        var account = await fixture.LinkAsync();
        if (action == "autodesk_list_buckets")
            for (var i = 0; i < total; i++)
                await Preparation.BucketAsync(account, fixture.Http);
        if (action.StartsWith("autodesk_list_webhooks", StringComparison.Ordinal))
            for (var i = 0; i < total; i++)
                await Preparation.HookAsync(account, fixture.Http);
        await fixture.Emulator.PostAsync("settings", new { webhook_page_size = 3 });

        var seen = new List<string>();
        var answers = 0;
        string? next = null;
        do
        {
            var answer = await fixture.Http.RpcAsync(
                account.Id,
                new
                {
                    action,
                    path = PathOf(action, account),
                    query = Query(pageSize, next),
                }
            );
            Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
            var page = (rows.Length == 0 ? answer.Body!["data"] : answer.Body!["data"]![rows])!.AsArray();
            Assert.InRange(page.Count, 0, pageSize);
            seen.AddRange(page.Select(row => row!.ToJsonString()));
            next = (string?)answer.Body["next"];
            answers++;
        } while (next is not null && answers < 20);

        Assert.Equal(total, seen.Count);
        Assert.Equal(total, seen.Distinct().Count());
        Assert.InRange(answers, pages, pages + 1); // Webhooks: Autodesk's pages of 3 are cut into 2 and 1.
    }

    [Fact]
    public async Task WithoutPageSize_AutodesksBodyComesUntouched_AndTheCursorStillWorks()
    {
        var account = await fixture.LinkAsync();

        var first = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_account_users" });
        var second = await fixture.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_list_account_users", query = new { next = first.Text("next") } }
        );

        Assert.Equal(10, first.Body!["data"]!.AsArray().Count); // Autodesk's own default.
        Assert.Equal(2, second.Body!["data"]!.AsArray().Count);
        Assert.Null(second.Body["next"]);
    }

    [Fact]
    public async Task CursorOfOneAction_IsNoCursorOfAnother()
    {
        var account = await fixture.LinkAsync();
        var users = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_account_users", query = new { page_size = 2 } });

        var answer = await fixture.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_list_account_companies", query = new { next = users.Text("next") } }
        );

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("query.next", (string?)answer.Body!["errors"]![0]!["field"]);
    }

    [Fact]
    public async Task HubsOfOtherAccounts_AreNotShown_ThoughTheClientIdSeesThem()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.AddAccountAsync([account.ClientId]); // Another tenant's account, provisioned for the same app.

        var answer = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" });

        Assert.Equal([account.HubId], answer.Body!["data"]!["data"]!.AsArray().Select(hub => (string?)hub!["id"]));
        var seen = (await fixture.Emulator.JournalAsync(account.ClientId))[^1];
        Assert.Equal(2, JsonNode.Parse(seen.ResponseBody!)!["data"]!.AsArray().Count);
    }

    private static Dictionary<string, string> PathOf(string action, Linked account) =>
        action switch
        {
            "autodesk_list_project_users" or "autodesk_list_project_industry_roles" or "autodesk_list_top_folders" => new()
            {
                ["project_id"] = account.ProjectId,
            },
            "autodesk_list_item_versions" => new() { ["project_id"] = account.ProjectId, ["item_id"] = account.Item },
            "autodesk_search_folder" => new() { ["project_id"] = account.ProjectId, ["folder_id"] = account.Folder },
            "autodesk_list_webhooks_by_system" => new() { ["system"] = "data" },
            _ => [],
        };

    private static JsonObject Query(int pageSize, string? next)
    {
        var query = new JsonObject { ["page_size"] = pageSize };
        if (next is not null)
            query["next"] = next;
        return query;
    }
}
