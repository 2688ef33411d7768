using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>What an operator does with an account in the console.</summary>
public sealed class ConsoleAccountTests(BrowserFixture fixture)
{
    [Fact]
    public async Task Account_IsVerifiedSuspendedResumedAndUnlinked_AndEachIsAuditedAsByTheApi()
    {
        var account = await fixture.LinkAsync("Whole life", provisioned: false);
        var page = await fixture.ConsoleAsync($"/ui/accounts/{account.Id}", await fixture.KeyAsync("operator"));
        await Expect(page.Locator(".note").First).ToContainTextAsync("Awaiting provisioning");

        await fixture.Emulator.AddAccountAsync([account.ClientId], id: account.AccAccountId);
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify now" }).ClickAsync();
        await Expect(page.Locator(".note").First).ToContainTextAsync("Active");
        await page.GetByRole(AriaRole.Button, new() { Name = "Suspend" }).ClickAsync();
        await Expect(page.Locator(".note").First).ToContainTextAsync("Suspended");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.Locator(".note").First).ToContainTextAsync("Active");

        await page.GetByRole(AriaRole.Link, new() { Name = "Manage" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        var link = await page.Locator("#relink").InnerTextAsync();
        var customer = await fixture.NewPageAsync();
        await customer.GotoAsync(link);
        await Expect(customer.GetByRole(AriaRole.Heading, new() { Name = "Reconnect your Autodesk account to Acme Plans" }))
            .ToBeVisibleAsync();

        await page.GetByLabel("New Client Secret").FillAsync("not-the-secret");
        await page.GetByRole(AriaRole.Button, new() { Name = "Test and change" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("goes on being used");
        await fixture.Emulator.PostAsync("apps", new { client_id = account.ClientId, client_secret = "the-next-secret-0123" });
        await page.GetByLabel("New Client Secret").FillAsync("the-next-secret-0123");
        await page.GetByRole(AriaRole.Button, new() { Name = "Test and change" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "The secret is changed" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Unlink the account" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        var go = dialog.GetByRole(AriaRole.Button, new() { Name = "Unlink", Exact = true });
        await Expect(go).ToBeDisabledAsync();
        await BrowserFixture.ShootAsync(page, "account-unlink-light-wide");
        await Axe.AssertNoneSeriousAsync(page);
        await dialog.GetByLabel("Type Whole life to confirm").FillAsync("Whole life");
        await go.ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/ui/accounts\\?status=unlinked"));
        await Expect(page.Locator("tbody")).ToContainTextAsync(account.Id);

        var audit = (await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/audit?target=account/{account.Id}")).Body!["data"]!.AsArray();
        Assert.Equal(
            [
                "delete_account succeeded",
                "rotate_account_credentials succeeded",
                "rotate_account_credentials credentials_rejected",
                "resume_account succeeded",
                "suspend_account succeeded",
                "verify_account succeeded",
            ],
            audit
                .Where(change => ((string)change!["actor"]!).StartsWith("key:key_", StringComparison.Ordinal))
                .Select(change => $"{change!["action"]} {change["outcome"]}")
        );
        Assert.All(audit, change => Assert.Equal("127.0.0.1", (string?)change!["address"]));
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task RequestTester_PlansFirst_RunsSecond_AndGivesTheLineForAShell()
    {
        var account = await fixture.LinkAsync("Tester");
        var page = await fixture.ConsoleAsync($"/ui/accounts/{account.Id}?tab=try");
        await page.GetByLabel("Action", new() { Exact = true }).FillAsync("create bucket");
        await page.GetByRole(AriaRole.Link, new() { Name = "Create Bucket" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("action=autodesk_create_bucket"));
        var bucket = "bucket-" + Guid.NewGuid().ToString("N");
        await page.GetByLabel(new Regex("^bucketKey")).FillAsync("No!");
        await page.GetByLabel(new Regex("^policyKey")).SelectOptionAsync("transient");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the plan" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("bucketKey"); // The catalog's own check.

        await page.GetByLabel(new Regex("^bucketKey")).FillAsync(bucket);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the plan" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("POST /oss/v2/buckets");
        Assert.DoesNotContain(
            await fixture.Emulator.JournalAsync(account.ClientId),
            record => record.Method == "POST" && record.Path == "/oss/v2/buckets"
        ); // Nothing was sent.
        await Expect(page.Locator("#curl")).ToContainTextAsync("-u \"$TENANTHUB_KEY:\"");
        await Expect(page.Locator("#curl")).ToContainTextAsync(bucket);
        await page.GetByRole(AriaRole.Button, new() { Name = "Run: it changes Autodesk's data" }).ClickAsync();
        await Expect(page.Locator("pre.json")).ToContainTextAsync($"\"bucketKey\": \"{bucket}\"");
        Assert.Single(
            await fixture.Emulator.JournalAsync(account.ClientId),
            record => record.Method == "POST" && record.Path == "/oss/v2/buckets"
        );
        await BrowserFixture.ShootAsync(page, "account-try-light-wide");
        await Axe.AssertNoneSeriousAsync(page);

        // Another action, and back again.
        await page.GetByRole(AriaRole.Link, new() { Name = "Another action" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "List Hubs" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("only reads");
        await page.GoBackAsync();
        await page.GoBackAsync();
        await Expect(page.Locator(".picked")).ToContainTextAsync("autodesk_create_bucket");
        Assert.Empty(fixture.Errors);
    }

    /// <summary>Somebody knows what they want and what it is called, and neither an action's name nor an id.</summary>
    [Fact]
    public async Task RequestTester_FindsAnActionByWords_AndItsIdsByName()
    {
        var account = await fixture.LinkAsync("Finder");
        var page = await fixture.ConsoleAsync($"/ui/accounts/{account.Id}?tab=try");
        await page.GetByLabel("Action", new() { Exact = true }).FillAsync("what is in this folder");
        var found = page.GetByRole(AriaRole.Region, new() { Name = "Actions" }).GetByRole(AriaRole.Link);
        await Expect(found.First).ToHaveTextAsync("List Folder Contents");
        var searched = await fixture.Hub.Http.SendAsync(
            HttpMethod.Post,
            "/actions/search",
            new { query = "what is in this folder", top_k = 5 }
        );
        Assert.Equal(
            searched.Body!["results"]!.AsArray().Select(hit => (string?)hit!["label"]),
            (await found.AllTextContentsAsync()).Take(5)
        ); // One ranking.
        await found.First.ClickAsync();

        // A folder is chosen in its project, and the project comes along.
        await page.GetByRole(AriaRole.Button, new() { Name = "Choose from a list for folder_id" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Riverside Tower/" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Project Files/" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Drawings/" })).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, "account-try-ids");
        await Axe.AssertNoneSeriousAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Use Drawings" }).ClickAsync();
        await Expect(page.GetByLabel(new Regex("^project_id"))).ToHaveValueAsync($"b.{account.ProjectId}");
        await Expect(page.Locator("main")).ToContainTextAsync("Riverside Tower › Project Files › Drawings.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the plan" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();
        await Expect(page.Locator("pre.json")).ToContainTextAsync("site-plan.pdf");

        // A file's newest version, and the hub; an id that was typed stays what it is.
        await page.GotoAsync($"/ui/accounts/{account.Id}?tab=try&action=autodesk_get_version");
        await page.GetByRole(AriaRole.Button, new() { Name = "Choose from a list for version_id" }).ClickAsync();
        foreach (var step in (string[])["Riverside Tower/", "Project Files/", "Drawings/", "Use site-plan.pdf"])
            await page.GetByRole(AriaRole.Button, new() { Name = step }).ClickAsync();
        await Expect(page.GetByLabel(new Regex("^version_id"))).ToHaveValueAsync(new Regex("version=2$"));
        await page.GotoAsync($"/ui/accounts/{account.Id}?tab=try&action=autodesk_get_project");
        await page.GetByRole(AriaRole.Button, new() { Name = "Choose from a list for hub_id" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Use ") }).ClickAsync();
        await Expect(page.GetByLabel(new Regex("^hub_id"))).ToHaveValueAsync($"b.{account.AccAccountId}");
        await page.GetByLabel(new Regex("^project_id")).FillAsync("b.typed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the plan" }).ClickAsync();
        await Expect(page.Locator("#curl")).ToContainTextAsync("b.typed");
        Assert.Empty(fixture.Errors);
    }

    /// <summary>As the tile of the overview counts them, which leads here.</summary>
    [Fact]
    public async Task ActiveAccounts_AreNotTheDegradedOnes()
    {
        var good = await fixture.LinkAsync("Whole");
        var degraded = await fixture.LinkAsync("Half", products: ["Autodesk Construction Cloud API"], owner: "owner-" + good.ClientId);
        Assert.Equal("degraded", (string?)(await fixture.StateAsync(degraded.Id))["account"]!["hub_status"]);

        var page = await fixture.ConsoleAsync($"/ui/accounts?origin_owner_id=owner-{good.ClientId}");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await page.GetByLabel("Status").SelectOptionAsync("active");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("Whole");
        await Expect(page.Locator("main [role=status]")).ToHaveTextAsync("1 account");
    }

    [Fact]
    public async Task List_IsSearchedAndFiltered_AndItsAddressCanBeShared()
    {
        var mark = "mark" + Guid.NewGuid().ToString("N")[..8];
        var first = await fixture.LinkAsync($"{mark} one", owner: mark);
        await fixture.LinkAsync($"{mark} two", provisioned: false, owner: mark);
        await fixture.LinkAsync($"{mark} three", region: "EMEA", owner: mark);
        var page = await fixture.ConsoleAsync("/ui/accounts");
        await page.GetByLabel("Search").FillAsync(mark);
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(3);
        await Expect(page).ToHaveURLAsync(new Regex($"query={mark}"));
        await page.GetByLabel("Status").SelectOptionAsync("awaiting_provisioning");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("tbody")).ToContainTextAsync($"{mark} two");
        await page.GoBackAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(3);
        await page.GoForwardAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await page.GotoAsync($"/ui/accounts?origin_owner_id={mark}&region=EMEA");
        await Expect(page.Locator("tbody")).ToContainTextAsync($"{mark} three");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await page.GotoAsync("/ui/accounts?status=nonsense");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("\"nonsense\" is no status");

        // A key that is bound to an owner sees that owner's accounts, and nothing that owners share.
        var bound = await fixture.ConsoleAsync("/ui", await fixture.KeyAsync("operator", mark));
        await Expect(bound.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link))
            .ToHaveTextAsync(["Overview", "Accounts", "Agents", "Calls", "Setup guide", "Docs"]);
        await Expect(bound.Locator(".tile").First).ToContainTextAsync("2");
        await bound.GotoAsync("/ui/accounts");
        await Expect(bound.Locator("tbody tr")).ToHaveCountAsync(3);
        await bound.GotoAsync($"/ui/accounts/{(await fixture.LinkAsync("Somebody else's")).Id}");
        await Expect(bound.GetByRole(AriaRole.Alert)).ToContainTextAsync("There is no linked account");
        await bound.GotoAsync($"/ui/accounts/{first.Id}");
        await Expect(bound.GetByRole(AriaRole.Heading, new() { Name = $"{mark} one" })).ToBeVisibleAsync();
        await Expect(bound.Locator("#quotas")).ToHaveCountAsync(0);
    }

    /// <summary>
    /// Somebody changes a filter and at once clicks a row. The browser does both in one task, so the click always comes before any answer
    /// of the server to the filter.
    /// </summary>
    [Fact]
    public async Task FilterThatIsLeftAtOnce_DoesNotBringTheListBack()
    {
        var account = await fixture.LinkAsync("Left " + Guid.NewGuid().ToString("N")[..8]);
        var page = await fixture.ConsoleAsync($"/ui/accounts?query={account.Id}");
        var (row, own) = ($"a[href='/ui/accounts/{account.Id}']", new Regex($"/ui/accounts/{account.Id}$"));
        foreach (
            var (field, value, happens) in new[]
            {
                ("#owner", "owner-", "change"),
                ("#status", "active", "change"),
                ("#query", account.Label, "input"),
            }
        )
        {
            await page.GotoAsync($"/ui/accounts?query={account.Id}");
            await Expect(page.Locator(row)).ToBeVisibleAsync();
            await page.EvaluateAsync(
                """
                ([field, value, happens, row]) => {
                    const input = document.querySelector(field);
                    input.value = value;
                    input.dispatchEvent(new Event(happens, { bubbles: true }));
                    document.querySelector(row).click();
                }
                """,
                new[] { field, value, happens, row }
            );
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = account.Label })).ToBeVisibleAsync();
            Assert.Matches(own, page.Url);
        }

        // The search waits for the next letter. Two changes are seen one after the other, a refresh of the page apart: longer than any
        // letter is waited for.
        foreach (var (change, status) in new[] { ("suspend", "Suspended"), ("resume", "Active") })
        {
            await fixture.Hub.Http.SendAsync(HttpMethod.Post, $"/accounts/{account.Id}/{change}");
            await Expect(page.Locator(".note").First).ToContainTextAsync(status);
        }

        Assert.Matches(own, page.Url);
        Assert.Empty(fixture.Errors);
    }

    /// <summary>Seen by somebody whose key is bound to an owner that has nothing yet: for them TenantHub is empty.</summary>
    [Fact]
    public async Task EmptyOverview_LeadsOn_AndTicksOffWhatIsDone()
    {
        var owner = "first-" + Guid.NewGuid().ToString("N")[..8];
        var page = await fixture.ConsoleAsync("/ui", await fixture.KeyAsync("operator", owner));
        var steps = page.GetByRole(AriaRole.Region, new() { Name = "First steps" });
        await Expect(steps.Locator("li")).ToHaveCountAsync(3);
        await Expect(steps.GetByText("done", new() { Exact = true })).ToHaveCountAsync(0);
        await BrowserFixture.ShootAsync(page, "overview-empty-light-wide");
        await Axe.AssertNoneSeriousAsync(page);

        var account = await fixture.LinkAsync("First", owner: owner);
        await Expect(steps.GetByText("done", new() { Exact = true })).ToHaveCountAsync(2);
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Latest status changes" }).Locator("li")).ToContainTextAsync("First");
        await fixture.Hub.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" });
        await Expect(steps).ToHaveCountAsync(0);
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task Customer_IsLinkedFromTheAccountsPage_AndABoundKeyOnlyItsOwn()
    {
        var customer = await fixture.CustomerAsync(["autodesk_list_hubs"]);
        var page = await fixture.ConsoleAsync("/ui/accounts", await fixture.KeyAsync("backend", customer.ClientId));
        await page.GetByRole(AriaRole.Link, new() { Name = "Link a customer" }).ClickAsync();
        await page.GetByLabel("Customer's id in your product").FillAsync("somebody-else");
        await page.GetByLabel("Customer's name").FillAsync("Riverside Builders");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();

        page = await fixture.ConsoleAsync("/ui/accounts/new");
        await page.GetByLabel("Profile").SelectOptionAsync(customer.ClientId);
        await page.GetByLabel("Customer's id in your product").FillAsync(customer.ClientId);
        await page.GetByLabel("Customer's name").FillAsync("Riverside Builders");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        var link = await page.Locator("#auth-link").InnerTextAsync();
        await BrowserFixture.ShootAsync(page, "link-customer-light-wide");
        await Axe.AssertNoneSeriousAsync(page);
        await page.GotoAsync(link);
        await page.GetByLabel("Account ID").FillAsync(customer.AccAccountId);
        await page.GetByRole(AriaRole.Button, new() { Name = "Connect" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your Autodesk account is connected" })).ToBeVisibleAsync();
        Assert.Equal(customer.ClientId, (string?)Assert.Single(await fixture.AccountsAsync(customer))!["origin_owner_id"]);
        Assert.Empty(fixture.Errors);
    }

    /// <summary>Colours differ between the schemes, arrangement between the widths: two of the four show all there is.</summary>
    [Theory]
    [InlineData("light", "wide", 1280)]
    [InlineData("dark", "narrow", 390)]
    public async Task Pages_HaveNoSeriousViolation(string scheme, string shape, int width)
    {
        var account = await fixture.LinkAsync("Looks", scopes: ["data:read", "account:read"]);
        await fixture.Hub.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" });
        await fixture.Hub.Http.RpcAsync(account.Id, new { action = "autodesk_list_buckets" });
        var page = await fixture.ConsoleAsync("/ui", width: width, dark: scheme == "dark");
        await Expect(page.Locator("svg[role=img]")).ToBeVisibleAsync();
        await LookAsync(page, $"overview-{scheme}-{shape}");
        Assert.True(
            await page.EvaluateAsync<bool>(
                "() => [...document.querySelectorAll('.tile')].every(tile => tile.scrollWidth <= tile.clientWidth && tile.lastElementChild.getClientRects().length === 1)"
            ),
            "A tile breaks."
        );
        foreach (
            var (address, name, sign) in new[]
            {
                ("/ui/accounts", "accounts", "tbody tr"),
                ($"/ui/accounts/{account.Id}", "account", "ol.checks"),
                ($"/ui/accounts/{account.Id}?tab=calls", "account-calls", "details.call"),
                ($"/ui/accounts/{account.Id}?tab=manage", "account-manage", "#label"),
                ($"/ui/accounts/{account.Id}?tab=events", "account-events", "#subscriptions"),
                ($"/ui/accounts/{account.Id}?tab=try&action=autodesk_list_projects", "account-try", "span.picked"),
                ("/ui/nowhere", "not-found", "h1"),
                ("/ui/profiles", "profiles", "h1"),
                ("/ui/guide", "guide", "#needs"),
            }
        )
        {
            await page.GotoAsync(address);
            await Expect(page.Locator(sign).First).ToBeVisibleAsync();
            await LookAsync(page, $"{name}-{scheme}-{shape}");
            Assert.True(
                await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width,
                $"{address} is wider than {width}"
            );
        }

        Assert.Empty(fixture.Errors);
    }

    private static async Task LookAsync(IPage page, string name)
    {
        await BrowserFixture.ShootAsync(page, name);
        await Axe.AssertNoneSeriousAsync(page);
    }
}
