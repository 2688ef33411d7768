using System.Net;
using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>The whole way of an admin and a customer: guide, choice of actions, profile, connect session, Link page, active account, first
/// action.</summary>
public sealed class GuideToFirstActionTests(BrowserFixture fixture)
{
    [Fact]
    public async Task FromTheGuideToTheFirstAction()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync(
            scopes: ["data:read", "account:read"],
            products: ["Data Management API", "Autodesk Construction Cloud API"]
        );
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var page = await fixture.NewPageAsync();

        // Sign in: a wrong key first, then the right one.
        await page.GotoAsync("/ui/sign-in?to=/ui/guide");
        await page.GetByLabel("API key").FillAsync("not-a-key-at-all-0123456789");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not valid");
        await page.GetByLabel("API key").FillAsync(ServerProcess.AdminKey);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        // Guide: choose actions, see what they need.
        await Expect(page.Locator("#count")).ToHaveTextAsync("51 of 51 chosen");
        await BrowserFixture.ShootAsync(page, "guide-all-light-wide");
        await page.GetByRole(AriaRole.Button, new() { Name = "None" }).ClickAsync();
        await Expect(page.Locator("#needs")).ToContainTextAsync("Choose an action");
        await page.GetByLabel("Search", new() { Exact = true }).FillAsync("list hubs");
        await page.GetByLabel("List Hubs", new() { Exact = true }).CheckAsync();
        await Expect(page.Locator("#needs .chips li")).ToHaveTextAsync(["data:read"]);
        await Expect(page.Locator("#step-custom_integration")).ToHaveCountAsync(0);
        await page.GetByLabel("Search", new() { Exact = true }).FillAsync("account users");
        await page.GetByLabel("List Account Users", new() { Exact = true }).CheckAsync();
        await Expect(page.Locator("#step-custom_integration")).ToContainTextAsync("403");
        await Expect(page)
            .ToHaveURLAsync(new System.Text.RegularExpressions.Regex("actions=autodesk_list_account_users,autodesk_list_hubs$"));
        await page.ReloadAsync(); // The address carries the choice.
        await Expect(page.Locator("#count")).ToHaveTextAsync("2 of 51 chosen");
        await BrowserFixture.ShootAsync(page, "guide-two-light-wide");

        // Whoever gets the address sees the steps without an API key, and nothing to fill in.
        var stranger = await fixture.NewPageAsync(width: 390, height: 800, dark: true, script: false);
        await stranger.GotoAsync(await page.GetByLabel("Address with this choice").InputValueAsync());
        await Expect(stranger.Locator("#step-custom_integration")).ToContainTextAsync("403");
        await Expect(stranger.Locator("#needs .chips li")).ToHaveTextAsync(["account:read", "data:read"]);
        await Expect(stranger.Locator("form")).ToHaveCountAsync(0);
        await BrowserFixture.ShootAsync(stranger, "guide-shared-dark-narrow");

        // Profile: a wrong secret first, then the right one.
        await page.GetByRole(AriaRole.Link, new() { Name = "Create the profile" }).ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Browser way");
        await page.GetByLabel("Id", new() { Exact = true }).FillAsync("way-" + clientId);
        await page.GetByLabel("Client ID").FillAsync(clientId);
        await page.GetByLabel("Client Secret").FillAsync("not-the-secret");
        await page.GetByRole(AriaRole.Button, new() { Name = "Test and create" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Autodesk refuses the client id");
        Assert.DoesNotContain("not-the-secret", await page.ContentAsync(), StringComparison.Ordinal);
        await page.GetByLabel("Client Secret").FillAsync(secret);
        await page.GetByRole(AriaRole.Button, new() { Name = "Test and create" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("The profile is created");

        // Connect session and Link page, on a phone.
        await page.GetByLabel("Customer's id in your product").FillAsync("way-" + clientId);
        await page.GetByLabel("Customer's name").FillAsync("Riverside Builders");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        var link = await page.Locator("#auth-link").InnerTextAsync();
        await BrowserFixture.ShootAsync(page, "profile-light-wide");
        var phone = await fixture.NewPageAsync(width: 390, height: 800, dark: true);
        await phone.GotoAsync(link);
        await BrowserFixture.ShootAsync(phone, "link-form-dark-narrow");
        await phone.GetByLabel("Account ID").FillAsync((string)emulated["acc_account_id"]!);
        await phone.GetByRole(AriaRole.Button, new() { Name = "Connect" }).ClickAsync();
        await Expect(phone.GetByRole(AriaRole.Heading, new() { Name = "Your Autodesk account is connected" })).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(phone, "link-done-dark-narrow");

        // Active, and the first action.
        var account = Assert.Single(
            (await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/accounts?origin_owner_id=way-{clientId}")).Body!.AsArray()
        )!;
        Assert.Equal("active", (string?)account["hub_status"]);
        var answer = await fixture.Hub.Http.RpcAsync((string)account["id"]!, new { action = "autodesk_list_account_users" });
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var audit = (await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/audit?target=profile/way-{clientId}")).Body!["data"]!.AsArray();
        Assert.Equal(
            ["create_profile succeeded", "create_profile credentials_rejected"],
            audit.Select(change => $"{change!["action"]} {change["outcome"]}")
        );
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task ChangeOfAProfile_IsShownBeforeItIsSaved()
    {
        var customer = await fixture.CustomerAsync(["autodesk_list_hubs"]);
        var page = await fixture.NewPageAsync(dark: true);
        await page.GotoAsync($"/ui/profiles/{customer.ClientId}");
        await page.GetByLabel("API key").FillAsync(ServerProcess.AdminKey);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await page.GetByLabel("Search", new() { Exact = true }).FillAsync("search folder");
        await page.GetByLabel("Search Folder", new() { Exact = true }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what the change means" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "What this change means" })).ToContainTextAsync("data:search");
        await BrowserFixture.ShootAsync(page, "profile-preview-dark-wide");
        Assert.Single(
            (await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/profiles/{customer.ClientId}")).Body!["enabled_actions"]!.AsArray()
        );

        await page.GetByRole(AriaRole.Button, new() { Name = "Save the change" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("Saved");
        Assert.Equal(
            2,
            (await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/profiles/{customer.ClientId}")).Body!["enabled_actions"]!.AsArray().Count
        );

        // Retired only after its id was typed.
        await page.GetByRole(AriaRole.Button, new() { Name = "Retire the profile" }).ClickAsync();
        var retire = page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Retire", Exact = true });
        await Expect(retire).ToBeDisabledAsync();
        await BrowserFixture.ShootAsync(page, "profile-retire-dark-wide");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Retire the profile" }).ClickAsync();
        await page.GetByLabel($"Type {customer.ClientId} to confirm").FillAsync(customer.ClientId);
        await retire.ClickAsync();
        await Expect(page.GetByText("Retired", new() { Exact = true })).ToBeVisibleAsync();
        var audit = (await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/audit?target=profile/{customer.ClientId}")).Body![
            "data"
        ]!.AsArray();
        Assert.Equal(["retire_profile", "update_profile", "create_profile"], audit.Select(change => (string?)change!["action"]));
    }

    [Fact]
    public async Task SecretAndLimits_AreChangedInThePage()
    {
        var customer = await fixture.CustomerAsync(["autodesk_list_hubs"]);
        var page = await fixture.NewPageAsync(width: 390, height: 800);
        await page.GotoAsync($"/ui/profiles/{customer.ClientId}");
        await page.GetByLabel("API key").FillAsync(ServerProcess.AdminKey);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await page.GetByLabel("New Client Secret").FillAsync("not-the-secret");
        await page.GetByRole(AriaRole.Button, new() { Name = "Test and change" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("the secret in force goes on being used");
        await fixture.Emulator.PostAsync("apps", new { client_id = customer.ClientId, client_secret = "the-next-secret" });
        await page.GetByLabel("New Client Secret").FillAsync("the-next-secret");
        await page.GetByRole(AriaRole.Button, new() { Name = "Test and change" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("The secret is changed");
        Assert.DoesNotContain("the-next-secret", await page.ContentAsync(), StringComparison.Ordinal);

        await page.GetByLabel("Requests a minute of each account").FillAsync("many");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the limits" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("limits.requests_per_minute must be a whole number");
        await page.GetByLabel("Requests a minute of each account").FillAsync("30");
        await page.GetByLabel("Autodesk's limits for this app").FillAsync("dm-hub: 100\nhq: 200");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the limits" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("The limits are saved");
        await BrowserFixture.ShootAsync(page, "profile-limits-light-narrow");

        var limits = (await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/profiles/{customer.ClientId}")).Body!["limits"]!;
        Assert.Equal(
            (30, 100, 200),
            ((int)limits["requests_per_minute"]!, (int)limits["quota_groups"]!["dm-hub"]!, (int)limits["quota_groups"]!["hq"]!)
        );
    }

    [Fact]
    public async Task Protection_IsChangedInThePage_AndWhatIsNotChangedIsNotAudited()
    {
        var customer = await fixture.CustomerAsync(["autodesk_list_hubs"]);
        var page = await fixture.ConsoleAsync($"/ui/profiles/{customer.ClientId}");
        await page.GetByLabel("Requests a minute of each account").FillAsync("many"); // An earlier fault is no reason not to save this.
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the limits" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await page.GetByLabel("A person has to approve").SelectOptionAsync("Writes");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the protection" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("The protection is saved");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await page.GetByLabel("A customer shows that").SelectOptionAsync("Code");
        await page.GetByLabel("A person has to approve").SelectOptionAsync("Destructive");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the protection" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("The protection is saved");
        await Axe.AssertNoneSeriousAsync(page);
        await BrowserFixture.ShootAsync(page, "profile-protection");

        await page.ReloadAsync();
        await Expect(page.GetByLabel("A person has to approve")).ToHaveValueAsync("Destructive");
        var profile = (await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/profiles/{customer.ClientId}")).Body!;
        Assert.Equal(
            ("code", false, "destructive"),
            ((string?)profile["ownership_proof"], (bool)profile["shared_buckets"]!, (string?)profile["approval"])
        );
        var audit = (await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/audit?target=profile/{customer.ClientId}")).Body![
            "data"
        ]!.AsArray();
        Assert.Equal(
            ["update_profile", "set_profile_isolation", "update_profile", "set_profile_limits", "create_profile"],
            audit.Select(change => (string?)change!["action"])
        );
    }

    [Fact]
    public async Task PagesOfProfiles_AreClosedWithoutSigningIn_AndTheirFormsAreNotTakenFromElsewhere()
    {
        var customer = await fixture.CustomerAsync(["autodesk_list_hubs"]);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = fixture.Hub.Address };
        using var closed = await client.GetAsync(
            new Uri($"/ui/profiles/{customer.ClientId}", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        Assert.Equal((HttpStatusCode.Redirect, "/ui/sign-in"), (closed.StatusCode, closed.Headers.Location!.AbsolutePath));

        var page = await fixture.NewPageAsync();
        await page.GotoAsync("/ui/sign-in");
        await page.GetByLabel("API key").FillAsync(ServerProcess.AdminKey);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.EvaluateAsync(
            $"() => fetch('/ui/profiles/{customer.ClientId}/retire', {{ method: 'POST', headers: {{ 'content-type': 'application/x-www-form-urlencoded' }}, body: 'confirm={customer.ClientId}' }})"
        ); // Without the page's token.
        Assert.Null((await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/profiles/{customer.ClientId}")).Text("retired_at"));
        var cookies = await page.Context.CookiesAsync();
        Assert.All(
            cookies,
            cookie => Assert.True(cookie is { HttpOnly: true, SameSite: SameSiteAttribute.Strict, Path: "/ui" }, cookie.Name)
        );
    }
}
