using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>The page on which operators see who has named another customer's Autodesk account, and decide.</summary>
public sealed class ConflictsPageTests(BrowserFixture fixture)
{
    [Fact]
    public async Task OperatorSeesBothOwners_AndLetsTheSecondShare_OrDismissesIt()
    {
        var held = await fixture.LinkAsync("Held", owner: "holder-" + Guid.NewGuid().ToString("N"));
        var (second, third) = ("second-" + held.ClientId, "third-" + held.ClientId);
        Assert.Equal("account_taken", (await AskAsync(held, second)).Code);
        Assert.Equal("account_taken", (await AskAsync(held, third)).Code);

        var reader = await fixture.ConsoleAsync("/ui/conflicts", await fixture.KeyAsync("read_only"));
        var conflict = reader.GetByRole(AriaRole.Region, new() { Name = "Autodesk account " + held.AccAccountId });
        await Expect(conflict.GetByRole(AriaRole.Row).Filter(new() { HasText = second })).ToContainTextAsync("Was refused");
        await Expect(conflict.GetByRole(AriaRole.Row).Filter(new() { HasText = "holder-" })).ToContainTextAsync("Holds it");
        await Expect(conflict.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);

        var page = await fixture.ConsoleAsync("/ui/conflicts", await fixture.KeyAsync("operator"));
        conflict = page.GetByRole(AriaRole.Region, new() { Name = "Autodesk account " + held.AccAccountId });
        await BrowserFixture.ShootAsync(page, "conflicts-light-wide");
        await Axe.AssertNoneSeriousAsync(page);
        await conflict
            .GetByRole(AriaRole.Row)
            .Filter(new() { HasText = second })
            .GetByRole(AriaRole.Button, new() { Name = "Let share" })
            .ClickAsync();
        await Expect(conflict.GetByRole(AriaRole.Row).Filter(new() { HasText = second })).ToContainTextAsync("Shares it");
        await conflict
            .GetByRole(AriaRole.Row)
            .Filter(new() { HasText = third })
            .GetByRole(AriaRole.Button, new() { Name = "Dismiss" })
            .ClickAsync();
        await Expect(conflict.GetByRole(AriaRole.Row).Filter(new() { HasText = third })).ToHaveCountAsync(0);

        Assert.Equal(201, (int)(await AskAsync(held, second)).Status);
        Assert.Equal("account_taken", (await AskAsync(held, third)).Code);
        var audit = (
            await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/audit?target=autodesk_account/{held.ClientId}/{held.AccAccountId}")
        ).Body!["data"]!.AsArray();
        Assert.Equal(
            ["dismiss_account_claim succeeded", "approve_account_claim succeeded"],
            audit.Select(change => $"{change!["action"]} {change["outcome"]}")
        );
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task OperatorOfAllCustomers_MovesAnAccount_AndABoundOneIsNotOffered()
    {
        var held = await fixture.LinkAsync("Wrong hands", owner: "holder-" + Guid.NewGuid().ToString("N"));
        var owner = (string?)(await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/accounts/{held.Id}")).Body!["origin_owner_id"];
        var rightful = "rightful-" + held.ClientId;
        Assert.Equal("account_taken", (await AskAsync(held, rightful)).Code);

        var bound = await fixture.ConsoleAsync($"/ui/accounts/{held.Id}?tab=manage", await fixture.KeyAsync("operator", owner!));
        await Expect(bound.GetByRole(AriaRole.Heading, new() { Name = "Unlink" })).ToBeVisibleAsync();
        await Expect(bound.GetByRole(AriaRole.Heading, new() { Name = "Move to another customer" })).ToHaveCountAsync(0);

        var page = await fixture.ConsoleAsync($"/ui/accounts/{held.Id}?tab=manage", await fixture.KeyAsync("operator"));
        await page.GetByLabel("Customer's id in your product").FillAsync(rightful);
        await page.GetByLabel("Customer's name").FillAsync("Rightful");
        await BrowserFixture.ShootAsync(page, "account-move-light-wide");
        await page.GetByRole(AriaRole.Button, new() { Name = "Move the account" }).ClickAsync();
        await page.Locator("dialog input").FillAsync(held.Label);
        await page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = "Move" }).ClickAsync();
        await Expect(page.GetByText("Moved.")).ToBeVisibleAsync();

        using var former = fixture.Hub.NewClient(await fixture.KeyAsync("backend", owner!));
        using var now = fixture.Hub.NewClient(await fixture.KeyAsync("backend", rightful));
        Assert.Equal(404, (int)(await former.SendAsync(HttpMethod.Get, $"/accounts/{held.Id}")).Status);
        Assert.Equal(200, (int)(await now.SendAsync(HttpMethod.Get, $"/accounts/{held.Id}")).Status);
        Assert.Equal("account_taken", (await AskAsync(held, owner!)).Code);
    }

    private async Task<ApiAnswer> AskAsync(LinkedAccount held, string owner)
    {
        using var backend = fixture.Hub.NewClient(await fixture.KeyAsync("backend", owner));
        return await backend.LinkAsync(held.ClientId, held.Secret, held.AccAccountId, owner: owner);
    }
}
