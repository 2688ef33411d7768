using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>The pages for agents: make a key for one, see what it does, and decide what it may not do alone.</summary>
public sealed class AgentsPageTests(BrowserFixture fixture)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AdminMakesAKeyForAnAgent_SeesItsCalls_AndAnOperatorApproves(bool dark)
    {
        var account = await fixture.LinkAsync("Agents", owner: "agents-" + Guid.NewGuid().ToString("N"));
        var page = await fixture.ConsoleAsync("/ui/agents", dark: dark);

        await page.GetByText("Make a key").ClickAsync();
        await page.GetByLabel("Name").FillAsync("site assistant");
        await page.GetByLabel("A person approves").SelectOptionAsync("Writes");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the key" }).ClickAsync();
        var key = await page.Locator("#new-key").InnerTextAsync();
        await page.GetByLabel("Account").FillAsync(account.Id);
        await Expect(page.Locator("#mcp-json")).ToContainTextAsync($"/mcp/{account.Id}");

        using var agent = fixture.Hub.NewClient(key);
        await CallAsync(agent, account.Id, "autodesk_list_hubs", new { });
        var bucket = new { body = new { bucketKey = $"agent-{Guid.NewGuid():N}", policyKey = "transient" } };
        Assert.Contains(
            "approval_required",
            await CallAsync(agent, account.Id, "autodesk_create_bucket", bucket),
            StringComparison.Ordinal
        );
        await Expect(page.GetByText("autodesk_list_hubs").First).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, $"agents-{(dark ? "dark" : "light")}");
        await Axe.AssertNoneSeriousAsync(page);

        var operations = await fixture.ConsoleAsync("/ui/approvals", await fixture.KeyAsync("operator"), dark: dark);
        var wanted = operations.GetByRole(AriaRole.Region).Filter(new() { HasText = bucket.body.bucketKey });
        await Expect(wanted).ToContainTextAsync("POST /oss/v2/buckets");
        await BrowserFixture.ShootAsync(operations, $"approvals-{(dark ? "dark" : "light")}");
        await Axe.AssertNoneSeriousAsync(operations);
        await wanted.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await operations.GetByLabel("Type").FillAsync("autodesk_create_bucket");
        await operations.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(operations.GetByText("autodesk_create_bucket is approved.")).ToBeVisibleAsync();

        Assert.Contains(
            bucket.body.bucketKey,
            await CallAsync(agent, account.Id, "autodesk_create_bucket", bucket),
            StringComparison.Ordinal
        );
        Assert.Empty(fixture.Errors);
    }

    private static async Task<string> CallAsync(HttpClient agent, string account, string name, object arguments) =>
        (
            await agent.SendAsync(
                HttpMethod.Post,
                "/mcp/" + account,
                new
                {
                    jsonrpc = "2.0",
                    id = 1,
                    method = "tools/call",
                    @params = new { name, arguments },
                },
                headers: [("Accept", "application/json")]
            )
        ).Body!.ToJsonString();
}
