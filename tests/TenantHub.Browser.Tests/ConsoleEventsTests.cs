using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>What an operator sees of an account's events, and has sent once more.</summary>
public sealed class ConsoleEventsTests(BrowserFixture fixture)
{
    [Theory]
    [InlineData("light", "wide", 1280)]
    [InlineData("dark", "narrow", 390)]
    public async Task Events_AreShownAsTheyCome_AndSentAgain(string scheme, string shape, int width)
    {
        var account = await fixture.LinkAsync("Told of changes");
        await using var receiver = await EventReceiver.StartAsync();
        var endpoint = await fixture.Hub.Http.SendAsync(HttpMethod.Post, "/event_endpoints", new { url = receiver.Url });
        Assert.Equal(HttpStatusCode.Created, endpoint.Status);
        await SubscribeAsync(account);
        var page = await fixture.ConsoleAsync(
            $"/ui/accounts/{account.Id}?tab=events",
            await fixture.KeyAsync("operator"),
            width: width,
            dark: scheme == "dark"
        );
        await Expect(page.Locator(".gauge .badge")).ToHaveTextAsync("active");

        await UploadAsync(account, "first.txt");
        await UploadAsync(account, "second.txt");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await Until.TrueAsync(() => Told(receiver, account).Count == 2, "both were delivered");
        await page.GetByLabel("Send again from no.").FillAsync("2");
        await page.GetByLabel("to", new() { Exact = true }).FillAsync("2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
        await Expect(page.Locator("section[aria-labelledby=told] [role=status]"))
            .ToHaveTextAsync(new Regex("^1 event is sent again, to [0-9]+ endpoints?[.]$")); // Another test may have one.
        await Until.TrueAsync(() => Told(receiver, account).Count == 3, "the second was delivered once more");

        Assert.Equal([1, 2, 2], Told(receiver, account).Order());
        await BrowserFixture.ShootAsync(page, $"events-{scheme}-{shape}");
        await Axe.AssertNoneSeriousAsync(page);
        Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width, "The page is too wide.");
        await page.GetByLabel("Send again from no.").FillAsync("9");
        await page.GetByLabel("to", new() { Exact = true }).FillAsync("9");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("holds no event of these sequences");
        Assert.Empty(fixture.Errors);
        await fixture.Hub.Http.SendAsync(HttpMethod.Delete, $"/event_endpoints/{endpoint.Text("id")}");
    }

    private static List<int> Told(EventReceiver receiver, LinkedAccount account) =>
        [
            .. from taken in receiver.Taken
            let body = JsonNode.Parse(taken.Body)!
            where (string?)body["type"] == "autodesk.event" && (string?)body["data"]!["account_id"] == account.Id
            select (int)body["data"]!["sequence"]!,
        ];

    private async Task SubscribeAsync(LinkedAccount account)
    {
        var made = await fixture.Hub.Http.SendAsync(
            HttpMethod.Post,
            "/subscriptions",
            new
            {
                account_id = account.Id,
                events = new[] { "dm.version.added" },
                scope = "project",
                project_id = account.ProjectId,
            }
        );
        Assert.True(made.Status is HttpStatusCode.Created, made.Body?.ToJsonString());
    }

    private async Task UploadAsync(LinkedAccount account, string name)
    {
        var made = await fixture.Hub.Http.RpcAsync(
            account.Id,
            new
            {
                action = "autodesk_upload_file_in_project_folder",
                path = new { project_id = account.ProjectId },
                body = new
                {
                    folder_id = account.Folder,
                    file_name = name,
                    content = Convert.ToBase64String("hello"u8),
                },
            }
        );
        Assert.True(made.Status is HttpStatusCode.OK, made.Body?.ToJsonString());
    }
}
