using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>A page shows no link that its reader may not follow.</summary>
public sealed class PageLinkTests(BrowserFixture fixture)
{
    /// <summary>Follows every link of the console from the overview on, one of each kind.</summary>
    [Theory]
    [InlineData("read_only", false)]
    [InlineData("backend", true)]
    [InlineData("operator", true)]
    public async Task EveryLink_LeadsToAPage(string role, bool isBound)
    {
        var owner = "links-" + Guid.NewGuid().ToString("N");
        var account = await LinkWithProfileAsync(owner);
        await fixture.Hub.Http.RpcAsync(account, new { action = "autodesk_list_hubs" });
        var page = await fixture.ConsoleAsync("/ui", await fixture.KeyAsync(role, isBound ? [owner] : []));
        var seen = await PageWalk.FollowAsync(
            page,
            "/ui",
            ["/ui", $"/ui/accounts/{account}?tab=manage", "/ui/agents"],
            async address =>
            {
                var title = await page.Locator("h1").First.InnerTextAsync();
                Assert.False(title is "Sign in" or "There is no such page", $"{role}: {address} shows \"{title}\".");
            }
        );

        Assert.Contains("/ui/guide", seen);
        Assert.Contains("/ui/calls/{id}", seen);
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task WordsOfALink_StayWhereItMayNotBeFollowed()
    {
        var owner = "links-" + Guid.NewGuid().ToString("N");
        var account = await LinkWithProfileAsync(owner);
        var bound = await fixture.ConsoleAsync("/ui/agents", await fixture.KeyAsync("operator", owner));
        await Expect(bound.Locator("main")).ToContainTextAsync("An admin makes a key that says what one may do under Keys; the agent");
        await Expect(bound.Locator("a[href='/ui/keys']")).ToHaveCountAsync(0);

        await bound.GotoAsync($"/ui/accounts/{account}?tab=manage");
        await Expect(bound.Locator("main")).ToContainTextAsync("change its secret there, for all accounts at once");
        await Expect(bound.Locator("a[href^='/ui/profiles']")).ToHaveCountAsync(0);

        var admin = await fixture.ConsoleAsync($"/ui/accounts/{account}?tab=manage");
        await Expect(admin.Locator("main a[href^='/ui/profiles/']")).ToHaveTextAsync("there");
    }

    private async Task<string> LinkWithProfileAsync(string owner)
    {
        var customer = await fixture.CustomerAsync(["autodesk_list_hubs"]);
        var linked = await fixture.Hub.Http.SendAsync(
            HttpMethod.Post,
            "/accounts",
            new
            {
                provider = "autodesk",
                origin_owner_id = owner,
                origin_owner_name = "Links",
                profile_id = customer.ClientId,
                setup_information = new { acc_account_id = customer.AccAccountId, region = "US" },
            }
        );
        Assert.True((int)linked.Status == 201, linked.Body?.ToJsonString());
        return linked.Text("id")!;
    }
}
