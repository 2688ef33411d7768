using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Browser;

/// <summary>On a narrow telephone nothing lies beside the page: no page is wider than the screen, and what is wider than the page can be
/// scrolled by itself.</summary>
public sealed class NarrowPageTests(BrowserFixture fixture)
{
    private const int Width = 360;

    /// <summary>What sticks out of the screen and cannot be scrolled to, outermost first.</summary>
    private const string SticksOut = """
        () => {
          const scrolls = element => element && element !== document.body && (/auto|scroll|hidden/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
          const hidden = element => { const shape = element.getBoundingClientRect(); return shape.width < 2 || shape.height < 2 || shape.right <= 0; };
          const out = [...document.body.querySelectorAll("*")].filter(element => !hidden(element) && element.getBoundingClientRect().right > innerWidth + 1 && !scrolls(element.parentElement));
          const page = document.scrollingElement.scrollWidth > innerWidth ? [`the page is ${document.scrollingElement.scrollWidth} wide`] : [];
          return [...page, ...out.slice(0, 3).map(element => element.outerHTML.slice(0, 120))];
        }
        """;

    [Fact]
    public async Task ConsolePages_FitTheScreen()
    {
        var account = await fixture.LinkAsync("Riverside Tower, general contractor for the eastern harbour");
        await fixture.Hub.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" });
        await fixture.Hub.Http.RpcAsync(account.Id, new { action = "autodesk_get_bucket_details", path = new { bucketKey = "not-there" } });
        await fixture.Hub.Http.SendAsync(
            HttpMethod.Post,
            "/event_endpoints",
            new { url = "https://example.com/a-rather-long-address/of/our-backend" }
        );
        await fixture.KeyAsync("backend", "customer-with-a-long-id-0123456789-0123456789");
        await fixture.CustomerAsync(["autodesk_list_hubs", "autodesk_list_projects"]);
        var page = await fixture.ConsoleAsync("/ui", width: Width, height: 740);

        await AssertFitAsync(
            page,
            "/ui",
            [
                "/ui",
                $"/ui/accounts/{account.Id}?tab=try",
                $"/ui/accounts/{account.Id}?tab=try&action=autodesk_create_item",
                $"/ui/accounts/{account.Id}?tab=manage",
                "/ui/keys/new",
            ]
        );
    }

    [Fact]
    public async Task Documents_FitTheScreen() =>
        await AssertFitAsync(
            await fixture.NewPageAsync(Width, 740),
            "/docs",
            ["/docs", "/docs/search?q=quota", "/docs/nope", "/nope", "/ui/sign-in"]
        );

    private static async Task AssertFitAsync(IPage page, string below, string[] first)
    {
        var faults = new List<string>();
        await PageWalk.FollowAsync(
            page,
            below,
            first,
            async address =>
            {
                await page.WaitForFunctionAsync("() => document.querySelector('main > h1:only-child') === null");
                await BrowserFixture.ShootAsync(
                    page,
                    "narrow" + string.Concat(address.Take(80).Select(letter => char.IsLetterOrDigit(letter) ? letter : '-'))
                );
                faults.AddRange((await page.EvaluateAsync<string[]>(SticksOut)).Select(fault => $"{address}: {fault}"));
            }
        );

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
