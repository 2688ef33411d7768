using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>The documents and the API page, to somebody who has not signed in.</summary>
public sealed class DocsTests(BrowserFixture fixture)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Documents_AreRead_Searched_AndAskNobodyElse(bool dark)
    {
        var name = $"docs-{(dark ? "dark" : "light")}";
        var page = await fixture.NewPageAsync(dark: dark);
        var foreign = Foreign(page);
        await page.GotoAsync("/docs");
        await Axe.AssertNoneSeriousAsync(page);
        await BrowserFixture.ShootAsync(page, name + "-index");
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Documents" })
            .GetByRole(AriaRole.Link, new() { Name = "Files of any size" })
            .ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Files of any size");
        await Axe.AssertNoneSeriousAsync(page);
        await BrowserFixture.ShootAsync(page, name + "-page");

        await page.GetByLabel("Search the documents").FillAsync("lane_full");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("lane_full");
        await Axe.AssertNoneSeriousAsync(page);
        await BrowserFixture.ShootAsync(page, name + "-search");
        await page.GetByRole(AriaRole.Link, new() { Name = "lane_full" }).First.ClickAsync();
        await Expect(page.Locator("#lane_full")).ToBeInViewportAsync();

        Assert.Empty(foreign);
        Assert.Empty(fixture.Errors);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ApiPage_ShowsOurOperations_AdvertisesNobody_AndAsksNobodyElse(bool dark)
    {
        var page = await fixture.NewPageAsync(dark: dark, height: 1100);
        var foreign = Foreign(page);
        await page.GotoAsync("/docs/api");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "TenantHub", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("Runs an action for the account named in x-account-id").First).ToBeAttachedAsync();
        await page.EvaluateAsync("location.hash = '#tag/actions/POST/actions/rpc'");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "each code has a section" }).First).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, $"api-{(dark ? "dark" : "light")}");
        foreach (var word in new[] { "Scalar", "Ask AI", "Deploy", "Generate SDK", "Generate MCP", "Share" })
            await Expect(page.Locator("body")).Not.ToContainTextAsync(word, new() { UseInnerText = true });
        var ground = await page.EvaluateAsync<string>(
            "() => getComputedStyle(document.querySelector('#api .references-layout') ?? document.body).backgroundColor"
        );

        Assert.Equal(dark ? "rgb(26, 32, 42)" : "rgb(255, 255, 255)", ground);
        Assert.Empty(foreign);
        Assert.Empty(fixture.Errors);
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(360)]
    public async Task ApiPage_OpensAtTheOperationOfItsAddress_AndFits(int width)
    {
        var page = await fixture.NewPageAsync(width: width, height: 780, dark: width < 1000);
        await page.GotoAsync("/docs/api#tag/actions/POST/actions/rpc");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Runs an action for the account named in x-account-id" }).First)
            .ToBeInViewportAsync();
        await Expect(page.Locator(".api-bar")).ToBeInViewportAsync();
        await BrowserFixture.ShootAsync(page, $"api-operation-{width}");
        var tooWide = await page.EvaluateAsync<string[]>(
            """
            () => [document.documentElement, document.querySelector('.api-bar')]
              .filter(part => part.scrollWidth > part.clientWidth).map(part => `${part.tagName}: ${part.scrollWidth}`)
            """
        );

        Assert.Empty(tooWide);
        Assert.Empty(fixture.Errors);
    }

    /// <summary>What the page asks of other hosts than the server.</summary>
    private ConcurrentBag<string> Foreign(IPage page)
    {
        var foreign = new ConcurrentBag<string>();
        page.Request += (_, request) =>
        {
            if (
                !request.Url.StartsWith(fixture.Hub.Address.ToString(), StringComparison.Ordinal)
                && !request.Url.StartsWith("data:", StringComparison.Ordinal)
            )
                foreign.Add(request.Url);
        };
        return foreign;
    }
}
