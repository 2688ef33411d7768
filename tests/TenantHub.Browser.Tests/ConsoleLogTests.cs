using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>The pages that read what was recorded, and what limits: calls, quotas, audit, keys, cluster, under live load.</summary>
[Collection(ConsoleLoad.Alone)]
public sealed class ConsoleLogTests(BrowserFixture fixture, ConsoleLoad load) : IClassFixture<ConsoleLoad>
{
    [Fact]
    public async Task Calls_AreFilteredAndPaged_AndAFailureSaysWhatToDo()
    {
        var page = await fixture.ConsoleAsync($"/ui/calls?account_ids={load.Broken}&page_size=3");
        var rows = page.Locator("tbody tr");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Older" })).ToBeVisibleAsync(); // More than three have come, live.
        await Expect(rows).ToHaveCountAsync(3);
        await Expect(rows.First).ToContainTextAsync("Oak Hill <script>");
        await page.GetByRole(AriaRole.Link, new() { Name = "Older" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("next="));
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Newest" })).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Newest" })).ToHaveCountAsync(0);
        await page.GoForwardAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Newest" })).ToBeVisibleAsync();

        // An account is chosen by its name; times tell which of two calls came first.
        await page.GotoAsync("/ui/calls?page_size=10");
        await page.GetByLabel("Account", new() { Exact = true }).FillAsync("oak hill");
        await page.Locator(".picker").GetByRole(AriaRole.Link, new() { Name = "Oak Hill" }).First.ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("account_ids=acc_"));
        await Expect(page.Locator(".picked")).ToContainTextAsync("Oak Hill <script>");
        await Expect(rows.First).ToContainTextAsync(new Regex(@"\d\d:\d\d:\d\d\.\d{3}"));
        await Expect(page.Locator("thead th")).ToHaveTextAsync(["Time", "Action", "Outcome", "Account", "Autodesk", "Duration"]);
        await page.GetByRole(AriaRole.Link, new() { Name = "Any account" }).ClickAsync();
        await Expect(page.GetByLabel("Account", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByLabel("Only failures").CheckAsync();
        await Expect(page).ToHaveURLAsync(new Regex("success=false"));
        await page.GetByLabel("Outcome").SelectOptionAsync("action_not_enabled");
        await Expect(page).ToHaveURLAsync(new Regex("outcomes=action_not_enabled"));
        await Expect(rows.First).ToContainTextAsync("action not enabled");
        await LookAsync(page, "calls");
        await rows.First.GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("autodesk_create_bucket");
        await Expect(page.Locator(".note.bad")).ToContainTextAsync("The connector profile does not enable this action");
        await Expect(page.Locator("dl.facts")).ToContainTextAsync("key:bootstrap");
        await LookAsync(page, "call-failed");

        await page.GotoAsync($"/ui/calls?account_ids={load.Greedy}&outcomes=succeeded");
        await rows.First.GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.Locator(".waterfall tbody")).ToContainTextAsync("/project/v1/hubs/{hub_id}");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Northwind Towers" })).ToBeVisibleAsync();
        await LookAsync(page, "call");
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task Quotas_TellWhoUsesThemUp_AndALimitIsChangedThroughTheGate()
    {
        await LookAtManyLimitsAsync();
        var page = await fixture.ConsoleAsync("/ui/quotas", await fixture.KeyAsync("operator"));
        await Expect(page.GetByText("Only the first 300 limits were looked at")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Client ID" }).FillAsync(load.ClientId);
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Client ID" }).PressAsync("Enter");
        await Expect(page.Locator(".gauge").First).ToContainTextAsync("of 30 used");
        await Expect(page.Locator(".gauge", new() { HasText = "dm-hub" }).First).ToContainTextAsync("Data Management: get hub");
        await LookAsync(page, "quotas");
        await page.GetByRole(AriaRole.Link, new() { Name = load.ClientId, Exact = true }).ClickAsync();

        var limit = page.GetByRole(AriaRole.Region, new() { Name = "dm-hub", Exact = true });
        await Expect(limit.Locator("ol.waiting")).ToContainTextAsync("Northwind Towers", new() { Timeout = 90_000 }); // The limit is used up within half a minute.
        await Expect(limit.Locator(".bars tbody tr").First).ToContainTextAsync("Northwind Towers");
        await Expect(limit.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", new Regex("now 30, at most 30, of 30"));
        await LookAsync(page, "quota");
        await limit.GetByRole(AriaRole.Button, new() { Name = "Change the limit of dm-hub" }).ClickAsync();
        await limit.GetByLabel("Requests within").FillAsync("33");
        await limit.GetByRole(AriaRole.Button, new() { Name = "Set", Exact = true }).ClickAsync();
        await Expect(limit).ToContainTextAsync("33 requests within");
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = load.GreedyPath },
                kind = "retry_after",
                headers = new Dictionary<string, string> { ["Retry-After"] = "15" },
                times = 1,
            }
        );
        await Expect(limit).ToContainTextAsync("Autodesk has told us to wait");
        await Expect(limit).ToContainTextAsync("Autodesk was seen to refuse more");
        await BrowserFixture.ShootAsync(page, "quota-paused-light-wide");
        var audited = await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/audit?target=quota/{load.ClientId}/dm-hub&action=set_quota");
        Assert.Equal(
            ("a operator key", "succeeded"),
            ((string?)audited.Body!["data"]![0]!["actor_name"], (string?)audited.Body["data"]![0]!["outcome"])
        );
        Assert.Empty(fixture.Errors);
    }

    /// <summary>One click from the overview: the account that waits. Its page tells the rest; a second click leads to whose calls use the
    /// limit up.</summary>
    [Fact]
    public async Task CallThatWaitsForAQuota_SaysForWhich_ItsPlace_UntilWhen_AndBecauseOfWhom()
    {
        var page = await fixture.ConsoleAsync("/ui", await fixture.KeyAsync("operator"));
        var limits = page.GetByRole(AriaRole.Region, new() { Name = "Autodesk's limits that are nearly used up" });
        await limits.Locator($"a[href='/ui/accounts/{load.Modest}']").ClickAsync();

        var calls = page.GetByRole(AriaRole.Region, new() { Name = "Calls now" });
        await Expect(calls)
            .ToContainTextAsync(
                new System.Text.RegularExpressions.Regex(
                    "Waits for Autodesk's limit dm-hub, place \\d+ ?until about \\d\\d:\\d\\d:\\d\\d, in "
                )
            );
        var uses = page.GetByRole(AriaRole.Region, new() { Name = "Limits of the client ID" });
        await Expect(uses.GetByRole(AriaRole.Heading, new() { Name = "Who used it most lately" })).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, "account-waits-for-quota-light-wide");
        await Expect(uses.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("Northwind Towers");
        await uses.GetByRole(AriaRole.Row).Nth(1).GetByRole(AriaRole.Link, new() { Name = "Northwind Towers" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Northwind Towers");
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task ReadOnly_SeesTheLimits_AndChangesNothing_AlsoWithWhatAnOperatorSent()
    {
        var address = $"/ui/quotas/{load.ClientId}";
        var sent = new List<byte[]>();
        var operators = await fixture.ConsoleAsync("/ui/guide", await fixture.KeyAsync("operator"));
        operators.WebSocket += (_, socket) =>
            socket.FrameSent += (_, frame) =>
            {
                if (frame.Binary is { } bytes)
                    lock (sent)
                        sent.Add(bytes);
            };
        await operators.GotoAsync(address);
        await operators.Locator("summary").ClickAsync();
        await operators.GetByRole(AriaRole.Button, new() { Name = "Change the limit of hq", Exact = true }).ClickAsync();
        await operators.GetByLabel("Requests within").FillAsync("7");
        await operators.GetByRole(AriaRole.Button, new() { Name = "Set", Exact = true }).ClickAsync();
        await Expect(operators.GetByText("7 requests within 1 min")).ToBeVisibleAsync();
        await fixture.Hub.Http.SendAsync(HttpMethod.Put, $"/quotas/{load.ClientId}/hq", new { requests_per_minute = (int?)null });

        // 1. No controls. 2. The operator's frames, one after the other. 3. Forms and the API, with the cookie.
        var page = await fixture.NewPageAsync();
        await page.AddInitScriptAsync(
            "const Real = WebSocket; window.sockets = []; window.WebSocket = class extends Real { constructor(...given) { super(...given); window.sockets.push(this); } };"
        );
        await page.GotoAsync("/ui/sign-in?to=" + Uri.EscapeDataString(address));
        await page.GetByLabel("API key").FillAsync(await fixture.KeyAsync("read_only"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.Locator("summary").ClickAsync();
        await Expect(page.GetByText("requests within").First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = new("Change") })).ToHaveCountAsync(0);
        Assert.NotEmpty(sent);
        await page.EvaluateAsync(
            "frames => { for (const text of frames) window.sockets.at(-1).send(Uint8Array.from(atob(text), letter => letter.charCodeAt(0))); }",
            sent.Select(Convert.ToBase64String).ToArray()
        );
        var put = await page.APIRequest.PutAsync($"/quotas/{load.ClientId}/hq", new() { DataObject = new { requests_per_minute = 7 } });
        var post = await page.APIRequest.PostAsync(address, new() { Form = page.APIRequest.CreateFormData() });
        Assert.Equal((401, 401), (put.Status, post.Status)); // There is nothing to post to, and the API does not take the cookie.
        Assert.DoesNotContain(await QuotasAsync(), quota => (int)quota!["limit"]! == 7);
    }

    [Fact]
    public async Task Keys_AreShownOnce_AndRevokedByName()
    {
        var name = "Nightly <b>export</b> " + Guid.NewGuid().ToString("N")[..6];
        var page = await fixture.ConsoleAsync("/ui/keys");
        await page.GetByText("Make a key").ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await page.GetByLabel("Role").SelectOptionAsync("ReadOnly");
        await page.GetByLabel("Ends after").SelectOptionAsync("30");
        await page.GetByLabel("Only owners").FillAsync("owner-a, owner-b");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the key" }).ClickAsync();
        var key = await page.Locator("#new-key").InnerTextAsync();
        await LookAsync(page, "keys");
        using var holder = fixture.Hub.NewClient(key);
        Assert.Equal(200, (int)(await holder.SendAsync(HttpMethod.Get, "/accounts")).Status);
        await page.ReloadAsync();
        var row = page.Locator("tr", new() { HasText = name });
        await Expect(row).ToContainTextAsync("owner-b");
        Assert.DoesNotContain(key, await page.ContentAsync(), StringComparison.Ordinal);

        await row.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        var revoke = page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke" });
        await Expect(revoke).ToBeDisabledAsync();
        await page.GetByLabel($"Type {name}").FillAsync(name);
        await BrowserFixture.ShootAsync(page, "keys-revoke-light-wide");
        await revoke.ClickAsync();
        await Expect(row).ToContainTextAsync("Revoked");
        Assert.Equal(401, (int)(await holder.SendAsync(HttpMethod.Get, "/accounts")).Status);

        // 2. The audit tells both, and of the key its id only.
        await page.GotoAsync("/ui/audit?action=create_key");
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("key/key_");
        await Expect(page.Locator("thead th")).ToHaveTextAsync(["Time", "Actor", "Event", "Target", "Outcome", "From", "Row"]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Check the chain" }).ClickAsync();
        await Expect(page.GetByText("The chain is whole")).ToBeVisibleAsync();
        await page.GetByLabel("Head that you kept").FillAsync("1:" + new string('0', 64));
        await page.GetByRole(AriaRole.Button, new() { Name = "Check the chain" }).ClickAsync();
        await Expect(page.GetByText("Row 1 is not the one whose head you kept")).ToBeVisibleAsync();
        await page.GetByLabel("Head that you kept").FillAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check the chain" }).ClickAsync();
        await Expect(page.GetByText("The chain is whole")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "revoke key" })
            .Or(page.GetByRole(AriaRole.Link, new() { Name = "create key" }))
            .First.ClickAsync();
        await LookAsync(page, "audit");
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task Cluster_ShowsTheSilos()
    {
        var page = await fixture.ConsoleAsync("/ui/cluster", await fixture.KeyAsync("operator"));
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("Active");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Activations by type" })).ToContainTextAsync("LinkedAccountGrain");
        await LookAsync(page, "cluster");
        Assert.Empty(fixture.Errors);
    }

    [Theory]
    [InlineData("read_only", false, "/ui/keys /ui/audit /ui/cluster")]
    [InlineData("operator", true, "/ui/quotas /ui/quotas/any /ui/keys /ui/audit /ui/cluster")]
    public async Task SharedPages_AreClosed_ForTheAddressAndForAnOpenPage(string role, bool bound, string addresses)
    {
        var page = await fixture.ConsoleAsync("/ui/calls", await fixture.KeyAsync(role, bound ? ["owner-of-nobody"] : []));
        foreach (var address in addresses.Split(' '))
        {
            await page.EvaluateAsync("address => Blazor.navigateTo(address)", address);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This page is not for your role" })).ToBeVisibleAsync();
            var answer = await page.APIRequest.GetAsync(address, new() { MaxRedirects = 0 });
            Assert.Equal(302, answer.Status);
        }

        await page.GotoAsync("/ui/calls");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Calls");
        if (bound)
            await Expect(page.GetByText("No call has been logged yet")).ToBeVisibleAsync(); // None of its own, and none of the others'.
    }

    /// <summary>Limits of other client ids, more than the page shows, all before those of the load.</summary>
    private async Task LookAtManyLimitsAsync()
    {
        for (var i = 0; i < 11; i++)
        {
            var clientId = $"0-first-{i}";
            await fixture.Emulator.PostAsync("apps", new { client_id = clientId, client_secret = "secret" });
            var credentials = new { client_id = clientId, client_secret = "secret" };
            await fixture.Hub.Http.SendAsync(
                HttpMethod.Post,
                "/profiles",
                new
                {
                    id = clientId,
                    name = "Many",
                    credentials,
                }
            );
            Assert.Equal(200, (int)(await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/quotas/{clientId}")).Status);
        }
    }

    private async Task<System.Text.Json.Nodes.JsonArray> QuotasAsync() =>
        (await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/quotas/{load.ClientId}")).Body!.AsArray();

    /// <summary>The checker in both schemes, and pictures for people.</summary>
    private static async Task LookAsync(IPage page, string name)
    {
        await Axe.AssertNoneSeriousAsync(page);
        await BrowserFixture.ShootAsync(page, name + "-light-wide");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await page.SetViewportSizeAsync(390, 844);
        await Axe.AssertNoneSeriousAsync(page);
        await BrowserFixture.ShootAsync(page, name + "-dark-narrow");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(1280, 900);
    }
}
