using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>Getting into the console, and what surrounds each page.</summary>
public sealed class ConsoleFrameTests(BrowserFixture fixture)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SignedIn_TheFrameShowsWhatTheRoleMaySee(bool dark)
    {
        var page = await fixture.NewPageAsync(dark: dark);
        await page.GotoAsync("/ui/accounts?status=error");
        await page.GetByLabel("API key").FillAsync(await fixture.KeyAsync("read_only"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/ui/accounts\\?status=error$")); // Where one wanted to go.
        await page.GetByRole(AriaRole.Link, new() { Name = "Overview" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link))
            .ToHaveTextAsync(["Overview", "Accounts", "Conflicts", "Agents", "Quotas", "Calls", "Setup guide", "Docs"]);
        await BrowserFixture.ShootAsync(page, $"frame-{(dark ? "dark" : "light")}-wide");
        await Axe.AssertNoneSeriousAsync(page);
        Assert.Empty(fixture.Errors);
    }

    [Theory]
    [InlineData("/nope")]
    [InlineData("/docs/nope")]
    [InlineData("/ui/nope")]
    public async Task AddressThatLeadsNowhere_ShowsAPageThatLeadsOn(string address)
    {
        var page = await fixture.ConsoleAsync("/ui");
        var answer = await page.GotoAsync(address);

        Assert.Equal(404, answer!.Status);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "There is no such page" })).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, "nowhere" + address.Replace('/', '-'));
        await Axe.AssertNoneSeriousAsync(page);
        await page.Locator("main").GetByRole(AriaRole.Link, new() { Name = "console" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task ColourScheme_IsSwitched_AndKept_AndFollowsTheSystemAgain()
    {
        var page = await fixture.ConsoleAsync("/ui/calls");
        var light = await GroundAsync();
        var theme = page.GetByRole(AriaRole.Button, new() { Name = "Dark or light" });
        await theme.ClickAsync();
        var dark = await GroundAsync();
        await Axe.AssertNoneSeriousAsync(page);
        await page.ReloadAsync();
        Assert.Equal(dark, await GroundAsync());
        await theme.ClickAsync();
        Assert.Equal(light, await GroundAsync());
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        Assert.Equal(dark, await GroundAsync());
        Assert.NotEqual(light, dark);
        Assert.Empty(fixture.Errors);

        Task<string> GroundAsync() => page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
    }
}
