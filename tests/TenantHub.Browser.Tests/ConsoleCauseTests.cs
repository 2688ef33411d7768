using System.Net;
using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>From the overview an operator is three clicks at most from the cause for which an account does not work, or a call
/// waits.</summary>
[Collection(ConsoleLoad.Alone)]
public sealed class ConsoleCauseTests(BrowserFixture fixture)
{
    private static readonly object ListUsers = new { action = "autodesk_list_account_users" };

    [Fact]
    public async Task MissingScope() =>
        await AssertFoundByStatusAsync(
            await fixture.LinkAsync(
                "Scope",
                scopes:
                [
                    "account:read",
                    "account:write",
                    "data:read",
                    "data:create",
                    "data:write",
                    "bucket:create",
                    "bucket:read",
                    "bucket:delete",
                ]
            ),
            "Degraded",
            "scope not granted",
            "data:search",
            "autodesk_search_folder"
        );

    [Fact]
    public async Task ApiProductThatIsOff() =>
        await AssertFoundByStatusAsync(
            await fixture.LinkAsync("Product", products: ["Autodesk Construction Cloud API"]),
            "Degraded",
            "api product not enabled",
            "Webhooks API",
            "Data Management API"
        );

    [Fact]
    public async Task MissingCustomIntegration() =>
        await AssertFoundByStatusAsync(
            await fixture.LinkAsync("Integration", provisioned: false),
            "Awaiting provisioning",
            "custom integration missing",
            "Custom Integrations"
        );

    [Fact]
    public async Task WrongRegion_IsPutRightInThePage()
    {
        var account = await fixture.LinkAsync("Region");
        await fixture.Emulator.PostAsync("accounts", new { acc_account_id = account.AccAccountId, region = "CAN" });
        await fixture.Hub.Http.SendAsync(HttpMethod.Post, $"/accounts/{account.Id}/verify");

        var page = await AssertFoundByStatusAsync(account, "Error", "wrong region", "CAN");
        await page.GetByRole(AriaRole.Link, new() { Name = "Manage" }).ClickAsync();
        await page.GetByLabel("Region").SelectOptionAsync("CAN");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("Active: verified");
        Assert.Equal("active", (string?)(await fixture.StateAsync(account.Id))["account"]!["hub_status"]);
    }

    [Fact]
    public async Task MissingActingUser()
    {
        var account = await fixture.LinkAsync("Acting");
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        await fixture.Emulator.AddAccountAsync([clientId], id: account.AccAccountId);
        await fixture.Hub.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = clientId,
                name = "Members",
                credentials = new { client_id = clientId, client_secret = secret },
                enabled_actions = new[] { "autodesk_add_project_user" },
            }
        );
        var linked = await fixture.Hub.Http.LinkAsync("", "", account.AccAccountId, profile: clientId, owner: "owner-" + clientId);
        await AssertFoundByStatusAsync(account with { Id = linked.Text("id")! }, "Degraded", "acting user required");
    }

    [Fact]
    public async Task BucketOfAnotherApp_IsFoundByTheCallThatFailed()
    {
        var owner = await fixture.LinkAsync("Owner");
        var account = await fixture.LinkAsync("Bucket");
        await fixture.Hub.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = account.ClientId,
                name = "Shared",
                credentials = new { client_id = account.ClientId, client_secret = account.Secret },
            }
        );
        await fixture.Hub.Http.SendAsync(HttpMethod.Put, $"/profiles/{account.ClientId}/isolation", new { shared_buckets = true });
        account = account with
        {
            Id = (
                await fixture.Hub.Http.LinkAsync(
                    "",
                    "",
                    account.AccAccountId,
                    profile: account.ClientId,
                    owner: "other-" + account.ClientId,
                    share: true
                )
            ).Text("id")!,
        };
        var bucket = "bucket-" + Guid.NewGuid().ToString("N");
        await fixture.Hub.Http.RpcAsync(
            owner.Id,
            new { action = "autodesk_create_bucket", body = new { bucketKey = bucket, policyKey = "transient" } }
        );
        await fixture.Hub.Http.RpcAsync(account.Id, new { action = "autodesk_get_bucket_details", path = new { bucketKey = bucket } });

        await AssertFoundByCallAsync(account, "not bucket owner", bucket);
    }

    [Fact]
    public async Task ActionForSignedInUsersOnly_IsFoundByTheCallThatFailed()
    {
        var account = await fixture.LinkAsync("ThreeLegged");
        await fixture.Emulator.PostAsync("settings", new { three_legged_only = new[] { "folder-search" } });
        await fixture.Hub.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_search_folder", path = new { project_id = account.ProjectId, folder_id = account.Folder } }
        );
        await fixture.Emulator.PostAsync("settings", new { three_legged_only = Array.Empty<string>() });

        await AssertFoundByCallAsync(account, "needs three legged", "autodesk_search_folder");
    }

    /// <summary>The first call is with Autodesk, the second waits for it; the page says so while it lasts, and what came of it
    /// afterwards.</summary>
    [Fact]
    public async Task CallThatWaits_SaysWhy()
    {
        var account = await fixture.LinkAsync("Waits");
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/hq/v1/accounts/{account.AccAccountId}/users" },
                kind = "latency",
                delay_ms = 4000,
                times = 2,
            }
        );
        var page = await fixture.ConsoleAsync($"/ui/accounts/{account.Id}");
        var first = fixture.Hub.Http.RpcAsync(account.Id, ListUsers);
        await Expect(page.Locator("main")).ToContainTextAsync("Autodesk has not answered yet");
        var second = fixture.Hub.Http.RpcAsync(account.Id, ListUsers);
        await Expect(page.Locator("main")).ToContainTextAsync("Waits for calls of this account before it, place 1");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), ((await first).Status, (await second).Status));
        await Expect(page.Locator("main")).ToContainTextAsync("No call runs and none waits");
        await page.GetByRole(AriaRole.Link, new() { Name = "Calls", Exact = true }).Last.ClickAsync();
        await page.Locator("details.call summary").First.ClickAsync();
        await Expect(page.Locator("details.call").First).ToContainTextAsync("Waited for its place in the lane");
        await BrowserFixture.ShootAsync(page, "account-calls-light-wide");
        Assert.Empty(fixture.Errors);
    }

    /// <summary>Two clicks: the status, the account.</summary>
    private async Task<IPage> AssertFoundByStatusAsync(LinkedAccount account, string status, string reason, params string[] seen)
    {
        var page = await fixture.ConsoleAsync("/ui");
        await page.GetByRole(AriaRole.List, new() { Name = "Accounts by status" })
            .GetByRole(AriaRole.Link)
            .Filter(new() { HasText = status })
            .ClickAsync();
        await page.Locator($"a[href='/ui/accounts/{account.Id}']").ClickAsync();
        await Expect(page.Locator(".note").First).ToContainTextAsync(reason);
        foreach (var text in seen)
            await Expect(page.Locator("ol.checks")).ToContainTextAsync(text);
        await BrowserFixture.ShootAsync(page, $"account-{reason.Replace(' ', '-')}-light-wide");
        Assert.Empty(fixture.Errors);
        return page;
    }

    /// <summary>Two clicks: the call, the account's state.</summary>
    private async Task AssertFoundByCallAsync(LinkedAccount account, string outcome, string seen)
    {
        var page = await fixture.ConsoleAsync("/ui");
        await page.Locator($"a[href='/ui/accounts/{account.Id}?tab=calls']").First.ClickAsync();
        await Expect(page.Locator("details.call").First).ToContainTextAsync(outcome);
        await page.GetByRole(AriaRole.Link, new() { Name = "State" }).ClickAsync();
        await Expect(page.Locator("ol.checks")).ToContainTextAsync(seen);
        Assert.Empty(fixture.Errors);
    }
}
