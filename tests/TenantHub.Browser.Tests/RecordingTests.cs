using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>An operator records calls of an account with their bodies, sees how many are left, and reads one on its page.</summary>
public sealed class RecordingTests(BrowserFixture fixture)
{
    [Fact]
    public async Task Operator_RecordsCalls_ReadsOne_AndStops()
    {
        var account = await fixture.LinkAsync("Recorded");
        var page = await fixture.ConsoleAsync($"/ui/accounts/{account.Id}?tab=calls", await fixture.KeyAsync("operator"));
        var panel = page.GetByRole(AriaRole.Region, new() { Name = "Record calls with their bodies" });
        await panel.GetByLabel("Calls").FillAsync("3");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Record the next calls" }).ClickAsync();
        await Expect(panel).ToContainTextAsync("3 of 3 calls left");

        var email = $"recorded-{Guid.NewGuid():N}@example.com";
        await fixture.Hub.Http.RpcAsync(account.Id, new { action = "autodesk_create_account_user", body = new { email } });
        await Expect(panel).ToContainTextAsync("2 of 3 calls left");
        await Expect(panel.GetByRole(AriaRole.Link, new() { Name = "autodesk_create_account_user" })).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, "recording-light-wide");
        await Axe.AssertNoneSeriousAsync(page);
        await page.GetByRole(AriaRole.Link, new() { Name = "State" }).ClickAsync();
        await Expect(page.Locator(".note").Filter(new() { HasText = "Calls are being recorded" })).ToContainTextAsync("2 of 3 left");
        await page.GetByRole(AriaRole.Link, new() { Name = "Look or stop" }).ClickAsync();

        var call = page.Locator("details.call").Filter(new() { HasText = "autodesk_create_account_user" }).First;
        await call.Locator("summary").ClickAsync();
        await call.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("^record ") }).ClickAsync();
        var bodies = page.GetByRole(AriaRole.Region, new() { Name = "Recorded bodies" });
        await Expect(bodies).Not.ToContainTextAsync(email); // Shown when somebody asks, because that is audited.
        await bodies.GetByRole(AriaRole.Button, new() { Name = "Show the bodies" }).ClickAsync();
        await Expect(bodies).ToContainTextAsync(email);
        await BrowserFixture.ShootAsync(page, "recorded-call-light-wide");
        await Axe.AssertNoneSeriousAsync(page);
        var address = page.Url;

        await page.GotoAsync($"/ui/accounts/{account.Id}?tab=calls");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Stop recording" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Record the next calls" })).ToBeVisibleAsync();
        var audit = (await fixture.Hub.Http.SendAsync(HttpMethod.Get, "/audit?page_size=50")).Body!["data"]!.AsArray();
        Assert.Equal(
            ["stop_recording", "read_recorded_call", "begin_recording"],
            audit
                .Where(change => ((string)change!["target"]!).Contains(account.Id, StringComparison.Ordinal))
                .Select(change => (string?)change!["action"])
                .Take(3)
        );

        var reader = await fixture.ConsoleAsync(new Uri(address).AbsolutePath, await fixture.KeyAsync("read_only"));
        await Expect(reader.GetByRole(AriaRole.Heading, new() { Name = "The call", Exact = true })).ToBeVisibleAsync();
        await Expect(reader.GetByRole(AriaRole.Button, new() { Name = "Show the bodies" })).ToHaveCountAsync(0);
        Assert.Empty(fixture.Errors);
    }
}
