using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>The Link page in a real browser: the way that goes well, and each that does not.</summary>
public sealed partial class LinkPageTests(BrowserFixture fixture)
{
    private static readonly string[] Hubs = ["autodesk_list_hubs"];
    private static readonly string[] Members = ["autodesk_list_account_users", "autodesk_list_hubs"];

    [Fact]
    public async Task PastedAddress_IsLinked_ByKeyboardAlone()
    {
        var customer = await fixture.CustomerAsync(Hubs, region: "CAN");
        var page = await fixture.NewPageAsync();
        await page.GotoAsync(await fixture.OpenSessionAsync(customer));
        await BrowserFixture.ShootAsync(page, "link-form-light-wide");

        await page.Keyboard.PressAsync("Tab"); // The link that skips to the content.
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync($"https://acc.can.autodesk.com/account-admin/accounts/{customer.AccAccountId}/settings");
        await Expect(page.GetByLabel("Region")).ToHaveValueAsync("CAN"); // Read out of the address.
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your Autodesk account is connected" })).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, "link-done-light-wide");
        var account = Assert.Single(await fixture.AccountsAsync(customer))!;
        Assert.Equal(
            ("active", customer.AccAccountId),
            ((string?)account["hub_status"], (string?)account["setup_information"]!["acc_account_id"])
        );
        var called = await fixture.Hub.Http.RpcAsync((string)account["id"]!, new { action = "autodesk_list_hubs" });
        Assert.Equal(HttpStatusCode.OK, called.Status);
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task NotProvisioned_HasTheTextToSend_AndThePageGoesOnByItselfWhenTheAdminHasDoneIt()
    {
        var customer = await fixture.CustomerAsync(Members, provisioned: false);
        var page = await fixture.NewPageAsync();
        var link = await fixture.OpenSessionAsync(customer);
        await FillAsync(page, link, customer.AccAccountId, "US");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "One thing is missing" })).ToBeVisibleAsync();
        await Expect(page.Locator("pre")).ToContainTextAsync(customer.ClientId);
        await Expect(page.Locator("pre")).ToContainTextAsync("Custom Integrations");
        await BrowserFixture.ShootAsync(page, "link-waiting-light-wide");
        await page.ReloadAsync(); // In the middle: nothing is sent again, and nothing is lost.
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "One thing is missing" })).ToBeVisibleAsync();

        await fixture.Emulator.AddAccountAsync([customer.ClientId], id: customer.AccAccountId);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your Autodesk account is connected" })).ToBeVisibleAsync();
        Assert.Equal("active", (string?)Assert.Single(await fixture.AccountsAsync(customer))!["hub_status"]);
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task ProofOfControl_IsAskedFor_AndThePageGoesOnByItselfWhenTheWordIsThere()
    {
        var customer = await fixture.CustomerAsync(Members, proof: true);
        var page = await fixture.NewPageAsync();
        await FillAsync(page, await fixture.OpenSessionAsync(customer), customer.AccAccountId, "US");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "One thing is missing" })).ToBeVisibleAsync();
        var text = await page.Locator("pre").InnerTextAsync();
        var word = WordPattern().Match(text).Value;
        Assert.Matches("^TH-[0-9A-Z]{4}-[0-9A-Z]{4}$", word);
        await BrowserFixture.ShootAsync(page, "link-proof-light-wide");

        await fixture.Emulator.AddBusinessUnitAsync(customer.ClientId, customer.Secret, customer.AccAccountId, word);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your Autodesk account is connected" })).ToBeVisibleAsync();
        Assert.Equal("active", (string?)Assert.Single(await fixture.AccountsAsync(customer))!["hub_status"]);
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task WrongSecret_IsSaid_AndTheSecretIsNotInThePage()
    {
        var customer = await fixture.CustomerAsync(Hubs, ownApp: true);
        var page = await fixture.NewPageAsync();
        await page.GotoAsync(await fixture.OpenSessionAsync(customer));
        await page.GetByLabel("Account ID").FillAsync(customer.AccAccountId);
        await page.GetByLabel("Client ID").FillAsync(customer.ClientId);
        await page.GetByLabel("Client Secret").FillAsync("not-the-secret");
        await page.GetByRole(AriaRole.Button, new() { Name = "Connect" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Autodesk refuses the client id");
        await BrowserFixture.ShootAsync(page, "link-wrong-secret-light-wide");
        Assert.DoesNotContain("not-the-secret", await page.ContentAsync(), StringComparison.Ordinal);
        await Expect(page.GetByLabel("Client ID")).ToHaveValueAsync(customer.ClientId);
        await Expect(page.GetByLabel("Client Secret")).ToHaveValueAsync("");
        Assert.Empty(await fixture.AccountsAsync(customer));

        await page.GetByLabel("Client Secret").FillAsync(customer.Secret);
        await page.GetByRole(AriaRole.Button, new() { Name = "Connect" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your Autodesk account is connected" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task WrongRegion_NamesTheRightOne()
    {
        var customer = await fixture.CustomerAsync(Hubs, region: "EMEA");
        var page = await fixture.NewPageAsync(width: 390, height: 800);
        await FillAsync(page, await fixture.OpenSessionAsync(customer), customer.AccAccountId, "US");

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Set the region to EMEA");
        await BrowserFixture.ShootAsync(page, "link-wrong-region-light-narrow");
        await page.GetByLabel("Region").SelectOptionAsync("EMEA");
        await page.GetByRole(AriaRole.Button, new() { Name = "Connect" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your Autodesk account is connected" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task MissingScopeAndApiThatIsOff_AreBothNamed()
    {
        var customer = await fixture.CustomerAsync(
            [.. Members, "autodesk_search_folder", "autodesk_list_webhooks"],
            scopes: ["data:read", "account:read"],
            products: ["Data Management API", "Autodesk Construction Cloud API"]
        );
        var page = await fixture.NewPageAsync(width: 390, height: 800, dark: true);
        await FillAsync(page, await fixture.OpenSessionAsync(customer), customer.AccAccountId, "US");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "2 things are missing" })).ToBeVisibleAsync();
        await Expect(page.Locator("#session")).ToContainTextAsync("Allow the app the scope data:search");
        await Expect(page.Locator("#session")).ToContainTextAsync("Enable the \"Webhooks API\"");
        await BrowserFixture.ShootAsync(page, "link-two-missing-dark-narrow");
    }

    [Fact]
    public async Task ActingUser_IsAskedForOnlyWhenAnActionNeedsOne_AndMustBeAnAdmin()
    {
        var customer = await fixture.CustomerAsync(["autodesk_add_project_user", "autodesk_list_account_users"]);
        var page = await fixture.NewPageAsync(dark: true);
        await page.GotoAsync(await fixture.OpenSessionAsync(customer));
        await page.GetByLabel("Account ID").FillAsync("b." + customer.AccAccountId.ToUpperInvariant());
        await page.GetByRole(AriaRole.Button, new() { Name = "Connect" }).ClickAsync();
        await Expect(page.Locator("#session")).ToContainTextAsync("No acting user is set");
        await BrowserFixture.ShootAsync(page, "link-acting-user-dark-wide");

        await page.GetByLabel("Acting user").FillAsync(customer.AdminUserId);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and check" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your Autodesk account is connected" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task ExpiredUsedAndUnknownLinks_SayWhatTheyAre()
    {
        var customer = await fixture.CustomerAsync(Hubs);
        var page = await fixture.NewPageAsync();
        var used = await fixture.OpenSessionAsync(customer);
        await FillAsync(page, used, customer.AccAccountId, "US");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your Autodesk account is connected" })).ToBeVisibleAsync();

        await page.GotoAsync(used);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This link has been used" })).ToBeVisibleAsync();
        Assert.Equal(0, await page.Locator("form").CountAsync());
        await page.GotoAsync(used + "x");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This link is not valid" })).ToBeVisibleAsync();

        var expired = await fixture.OpenSessionAsync(customer, expiresIn: 1);
        do await page.GotoAsync(expired);
        while (await page.Locator("form").CountAsync() > 0);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This link has expired" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task DoubleClick_LinksOnce()
    {
        var customer = await fixture.CustomerAsync(Hubs);
        var page = await fixture.NewPageAsync();
        await page.GotoAsync(await fixture.OpenSessionAsync(customer));
        await page.GetByLabel("Account ID").FillAsync(customer.AccAccountId);
        await page.GetByRole(AriaRole.Button, new() { Name = "Connect" }).DblClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your Autodesk account is connected" })).ToBeVisibleAsync();
        Assert.Single(await fixture.AccountsAsync(customer));
    }

    [Fact]
    public async Task WithoutScript_TheWholeWayWorksToo()
    {
        var customer = await fixture.CustomerAsync(Members, provisioned: false);
        var page = await fixture.NewPageAsync(script: false);
        await FillAsync(page, await fixture.OpenSessionAsync(customer), customer.AccAccountId, "US");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "One thing is missing" })).ToBeVisibleAsync();
        await fixture.Emulator.AddAccountAsync([customer.ClientId], id: customer.AccAccountId);

        var done = page.GetByRole(AriaRole.Heading, new() { Name = "Your Autodesk account is connected" });
        while (await done.CountAsync() == 0)
            await page.GetByRole(AriaRole.Button, new() { Name = "Look again now" }).ClickAsync(); // The session looks every few seconds at most.
        await Expect(done).ToBeVisibleAsync();
    }

    /// <summary>A page of an allowed origin shows the Link page in a frame and is told which account was linked.</summary>
    [Fact]
    public async Task FrameOfAnAllowedOrigin_IsToldWhenTheAccountIsLinked_AndOthersAreKeptOut()
    {
        var customer = await fixture.CustomerAsync(Hubs);
        var link = await fixture.OpenSessionAsync(customer);
        var page = await fixture.NewPageAsync();

        await page.GotoAsync(
            $"{fixture.FrameOrigin.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)}/host?link={Uri.EscapeDataString(link)}"
        );
        Assert.Equal(0, await page.FrameLocator("iframe").GetByLabel("Account ID").CountAsync());
        fixture.Errors.Clear(); // The browser says that the policy kept the frame empty, as it should.

        await page.GotoAsync($"{fixture.FrameOrigin}/host?link={Uri.EscapeDataString(link)}");
        var frame = page.FrameLocator("iframe");
        await frame.GetByLabel("Account ID").FillAsync(customer.AccAccountId);
        await frame.GetByRole(AriaRole.Button, new() { Name = "Connect" }).ClickAsync();
        await Expect(page).ToHaveTitleAsync(new System.Text.RegularExpressions.Regex("AccountConnected"));
        var account = (string)Assert.Single(await fixture.AccountsAsync(customer))!["id"]!;
        Assert.Contains(account, await page.TitleAsync(), StringComparison.Ordinal);
    }

    private static async Task FillAsync(IPage page, string link, string accountId, string region)
    {
        await page.GotoAsync(link);
        await page.GetByLabel("Account ID").FillAsync(accountId);
        await page.GetByLabel("Region").SelectOptionAsync(region);
        await page.GetByRole(AriaRole.Button, new() { Name = "Connect" }).ClickAsync();
    }

    [GeneratedRegex("TH-[0-9A-Z]{4}-[0-9A-Z]{4}")]
    private static partial Regex WordPattern();
}
