using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>The files of an account in the console: up by dropping them, down by a click, and nothing for anybody else.</summary>
public sealed class FilesPageTests(BrowserFixture fixture)
{
    private const int Size = 50_000_000;
    private const int Part = 5 * 1024 * 1024;
    private const int Parts = 10;

    /// <summary>Drops a file that is always the same, as a person drags it out of a folder of theirs.</summary>
    private const string Drop = """
        ([place, name, size]) => {
          const bytes = new Uint8Array(size);
          for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 12)) & 255;
          const data = new DataTransfer();
          data.items.add(new File([bytes], name, { lastModified: 1700000000000, type: 'application/octet-stream' }));
          for (const type of ['dragover', 'drop'])
            document.querySelector(place).dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
        }
        """;

    /// <summary>Keeps what the page is reached by, to call it as an attacker's script would.</summary>
    private const string Tap =
        "let real; Object.defineProperty(window, 'fileTransfers', { get: () => real, set(given) { const attach = given.attach; given.attach = page => { window.page = page; attach(page); }; real = given; } });";

    [Fact]
    public async Task DroppedFile_GoesOnAfterAReload_AndComesDownAsItWas()
    {
        var account = await fixture.LinkAsync("Files", "EMEA");
        var page = await fixture.ConsoleAsync($"/ui/accounts/{account.Id}?tab=files", await fixture.KeyAsync("backend"));
        page.Dialog += (_, dialog) => dialog.AcceptAsync(); // It asks before it leaves.
        await page.Locator(".files a").First.ClickAsync();
        await page.Locator(".files a").Filter(new() { HasText = "/" }).First.ClickAsync();
        await Expect(page.Locator(".dropzone")).ToBeVisibleAsync();
        await HoldStorageAsync(after: 4, times: 3);

        await page.EvaluateAsync(Drop, new object[] { "section[data-drop]", "plan.ifc", Size });
        await Until.TrueAsync(async () => (int)(await UploadAsync(account))!["parts_stored"]! >= 4, "four parts are stored");
        await Expect(page.Locator(".transfer")).ToContainTextAsync(new Regex("of 47.7 MB, [4-6] of 10 parts"));
        await Expect(page.Locator(".transfer .badge")).ToHaveTextAsync("sending");
        await BrowserFixture.ShootAsync(page, "files-sending-light-wide");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await BrowserFixture.ShootAsync(page, "files-sending-dark-wide");
        await Axe.AssertNoneSeriousAsync(page);
        await page.ReloadAsync();
        await Expect(page.Locator(".transfer .badge")).ToHaveTextAsync("uploading");
        await page.EvaluateAsync(Drop, new object[] { "section[data-drop]", "plan.ifc", Size });

        await Expect(page.Locator(".transfer .badge")).ToHaveTextAsync("done");
        await Expect(page.Locator(".transfer")).ToHaveCountAsync(1);
        var row = page.Locator(".files li").Filter(new() { HasText = "plan.ifc" });
        await Expect(row).ToContainTextAsync("47.7 MB");
        var download = await page.RunAndWaitForDownloadAsync(() => row.GetByRole(AriaRole.Button).ClickAsync());
        Assert.Equal("plan.ifc", download.SuggestedFilename);
        await using (var file = File.OpenRead(await download.PathAsync()))
            Assert.Equal(await HashAsync(Content()), await HashAsync(file));
        Assert.Equal(Parts, (await StoredAsync(account)).Count); // Those that were on their way when the page went are waited for.
        await BrowserFixture.ShootAsync(page, "files-done-dark-wide");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(390, 844);
        await BrowserFixture.ShootAsync(page, "files-done-light-narrow");
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task ChosenFiles_GoUp_AndADroppedOneLandsInTheFolderUnderIt()
    {
        var account = await fixture.LinkAsync("Chosen");
        var made = await fixture.Hub.Http.SendAsync(
            HttpMethod.Post,
            "/files/folders",
            new
            {
                project_id = account.ProjectId,
                parent_id = account.Folder,
                path = "Level 1",
            },
            account.Id
        );
        Assert.Equal(HttpStatusCode.OK, made.Status);
        var page = await fixture.ConsoleAsync(Address(account), await fixture.KeyAsync("backend"));

        await page.GetByLabel("Choose files")
            .SetInputFilesAsync(
                new FilePayload[]
                {
                    new()
                    {
                        Name = "one.pdf",
                        Buffer = [1, 2, 3],
                        MimeType = "application/pdf",
                    },
                    new()
                    {
                        Name = "empty.txt",
                        Buffer = [],
                        MimeType = "text/plain",
                    },
                }
            );
        await Expect(page.Locator(".transfer .badge", new() { HasText = "done" })).ToHaveCountAsync(2);
        await page.EvaluateAsync(Drop, new object[] { $"li[data-drop='{made.Body!["folders"]![0]!["id"]}']", "below.bin", 100 });
        await Expect(page.Locator(".transfer .badge", new() { HasText = "done" })).ToHaveCountAsync(3);

        await Expect(page.Locator(".files li").Filter(new() { HasText = "one.pdf" })).ToContainTextAsync("3 bytes");
        await Expect(page.Locator(".files li").Filter(new() { HasText = "empty.txt" })).ToHaveCountAsync(1);
        await Expect(page.Locator(".files li").Filter(new() { HasText = "below.bin" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Link, new() { Name = "Level 1/" }).ClickAsync();
        await Expect(page.Locator(".files li").Filter(new() { HasText = "below.bin" })).ToContainTextAsync("100 bytes");
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task LeavingWhileAFileIsSent_IsAskedAbout_AndSaysThatItGoesOn()
    {
        var account = await fixture.LinkAsync("Left", "EMEA");
        var page = await fixture.ConsoleAsync(Address(account), await fixture.KeyAsync("backend"));
        var asked = new List<string>();
        var leaves = false;
        page.Dialog += (_, dialog) =>
        {
            asked.Add(dialog.Message);
            _ = leaves ? dialog.AcceptAsync() : dialog.DismissAsync();
        };
        await HoldStorageAsync(after: 0, times: 1, seconds: 60);
        await page.EvaluateAsync(Drop, new object[] { "section[data-drop]", "left.bin", Part });
        await Expect(page.Locator(".transfer .badge")).ToHaveTextAsync("sending");

        await page.GetByLabel("Where").GetByRole(AriaRole.Link, new() { Name = "Projects" }).ClickAsync(); // Within the files nothing stops.
        await Expect(page.Locator(".dropzone")).ToHaveCountAsync(0);
        Assert.Empty(asked);
        var calls = page.GetByLabel("About the account").GetByRole(AriaRole.Link, new() { Name = "Calls" });
        await calls.ClickAsync();
        await Until.TrueAsync(() => asked.Count == 1, "it is asked about");
        await Expect(page.Locator(".transfer .badge")).ToHaveTextAsync("sending");
        leaves = true;
        await calls.ClickAsync();

        await Expect(page.Locator("#transfers")).ToHaveCountAsync(0);
        Assert.All(asked, question => Assert.Contains("drop the same file again", question, StringComparison.Ordinal));
        Assert.Equal(2, asked.Count);
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task Sending_IsStoppedAndGoesOn_AndAnUploadCanBeGivenUp()
    {
        var account = await fixture.LinkAsync("Stopped", "EMEA");
        var page = await fixture.ConsoleAsync(Address(account), await fixture.KeyAsync("backend"));
        await Expect(page.Locator(".dropzone")).ToBeVisibleAsync();
        await HoldStorageAsync(after: 1, times: 3);
        await page.EvaluateAsync(Drop, new object[] { "section[data-drop]", "stopped.bin", 4 * Part });
        await Until.TrueAsync(async () => (int)(await UploadAsync(account))!["parts_stored"]! >= 1, "a part is stored");

        var ended = new System.Collections.Concurrent.ConcurrentQueue<string>();
        page.RequestFailed += (_, request) => ended.Enqueue(request.Method);
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Until.TrueAsync(() => ended.Contains("PATCH"), "the request with the bytes has ended");
        await Expect(page.Locator(".transfer .badge")).ToHaveTextAsync("stopped");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await Expect(page.Locator(".transfer .badge")).ToHaveTextAsync("done");

        await HoldStorageAsync(after: 0, times: 1);
        await page.EvaluateAsync(Drop, new object[] { "section[data-drop]", "given-up.bin", 100 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Give up" }).ClickAsync();
        await Expect(page.Locator(".transfer").First).ToContainTextAsync("aborted");
        await Expect(page.Locator(".transfer").First).ToContainTextAsync("Drop the file again to begin anew.");
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task ReadOnly_SeesTransfersAndCanSendNothing_EvenByScript()
    {
        var account = await fixture.LinkAsync("Looked at");
        var page = await fixture.NewPageAsync();
        await page.AddInitScriptAsync(Tap);
        await BrowserFixture.SignInAsync(page, await fixture.KeyAsync("read_only"));
        await page.GotoAsync(Address(account));
        await Expect(page.Locator("#transfers")).ToBeVisibleAsync();

        await Expect(page.Locator("#files")).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-drop], [data-files]")).ToHaveCountAsync(0);
        var begun = await page.EvaluateAsync<bool>(
            $"async () => !!(await window.page.invokeMethodAsync('Begin', '{account.Folder}', 'x.bin', 3, 0, ''))"
        );
        var given = await page.EvaluateAsync<string?>(
            "async () => (await window.page.invokeMethodAsync('Pass', 'upl_00000000000000000000000000')).url"
        );

        Assert.Equal((false, null), (begun, given));
        Assert.DoesNotContain(
            await fixture.Emulator.JournalAsync(account.ClientId),
            step => step.Method == "POST" && step.Path.EndsWith("/storage", StringComparison.Ordinal)
        );
    }

    /// <summary>Who has the address of a request of somebody's page has nothing.</summary>
    [Fact]
    public async Task AddressOfARequest_OpensNothingElse_AndNothingForAnybodyElse()
    {
        var (account, other) = (await fixture.LinkAsync("Attacked", "EMEA"), await fixture.LinkAsync("Attacker's"));
        var made = await fixture.Hub.Http.SendAsync(HttpMethod.Post, "/keys", new { name = "to be revoked", role = "backend" });
        var page = await fixture.NewPageAsync();
        await page.AddInitScriptAsync(Tap);
        await BrowserFixture.SignInAsync(page, made.Text("key")!);
        await page.GotoAsync(Address(account));
        await Expect(page.Locator(".dropzone")).ToBeVisibleAsync();
        await HoldStorageAsync(after: 0, times: 1, seconds: 60);
        await page.EvaluateAsync(Drop, new object[] { "section[data-drop]", "secret.bin", Part });
        await Expect(page.Locator(".transfer .badge")).ToHaveTextAsync("sending");
        var id = (string)(await UploadAsync(account))!["id"]!;
        var pass = (await page.EvaluateAsync<string?>($"async () => (await window.page.invokeMethodAsync('Pass', '{id}')).url"))!;
        var foreign = (string)
            (
                await fixture.Hub.Http.SendAsync(
                    HttpMethod.Post,
                    "/files/uploads",
                    new
                    {
                        project_id = other.ProjectId,
                        folder_id = other.Folder,
                        file_name = "x",
                        size = 3,
                    },
                    other.Id
                )
            ).Body!["id"]!;

        // The holder: only this upload, only as tus, only from a page of ours.
        Assert.Equal(200, await StatusAsync(page, pass, "HEAD", tus: true));
        Assert.Equal(403, await StatusAsync(page, pass, "HEAD", tus: false));
        Assert.Equal(403, await StatusAsync(page, pass, "GET", tus: false));
        Assert.Equal(403, await StatusAsync(page, pass[..^2] + "AA", "HEAD", tus: true));
        Assert.NotEqual(200, await StatusAsync(page, "/files/uploads/" + id, "HEAD", tus: true)); // The API takes no cookie.
        Assert.Null(await page.EvaluateAsync<string?>($"async () => (await window.page.invokeMethodAsync('Pass', '{foreign}')).url"));
        var cookie = (await page.Context.CookiesAsync()).Single(cookie => cookie.Name == "tenanthub-ui");
        foreach (var site in new[] { "cross-site", "same-site" })
            Assert.Equal(
                HttpStatusCode.Forbidden,
                await SendAsync(pass, ("Cookie", $"{cookie.Name}={cookie.Value}"), ("Sec-Fetch-Site", site))
            );

        // Others: nobody, a key of the API, somebody else who has signed in.
        Assert.Equal(HttpStatusCode.Found, await SendAsync(pass));
        Assert.Equal(
            HttpStatusCode.Found,
            await SendAsync(pass, ("Authorization", fixture.Hub.Http.DefaultRequestHeaders.Authorization!.ToString()))
        );
        var stranger = await fixture.ConsoleAsync("/ui/accounts");
        Assert.Equal(403, await StatusAsync(stranger, pass, "HEAD", tus: true));

        // And nobody when the key has been revoked.
        await fixture.Hub.Http.SendAsync(HttpMethod.Post, $"/keys/{made.Body!["description"]!["id"]}/revoke");
        Assert.Equal(HttpStatusCode.Found, await SendAsync(pass, ("Cookie", $"{cookie.Name}={cookie.Value}")));
    }

    private static string Address(LinkedAccount account) =>
        $"/ui/accounts/{account.Id}?tab=files&project={account.ProjectId}&folder={Uri.EscapeDataString(account.Folder)}";

    /// <summary>Some parts after the first ones take long. Their bucket is that of one region, so that nobody else is held up.</summary>
    private Task HoldStorageAsync(int after, int times, int seconds = 3) =>
        fixture.Emulator.FaultAsync(
            new
            {
                kind = "latency",
                delay_ms = seconds * 1000,
                skip = after,
                times,
                match = new { method = "PUT", path_prefix = "/s3/wip.dm.emea.prod" },
            }
        );

    private async Task<System.Text.Json.Nodes.JsonNode?> UploadAsync(LinkedAccount account)
    {
        var uploads = (await fixture.Hub.Http.SendAsync(HttpMethod.Get, "/files/uploads", null, account.Id)).Body!["data"]!.AsArray();
        return uploads.Count == 0
            ? System.Text.Json.Nodes.JsonNode.Parse("{\"parts_stored\":-1}")
            : (await fixture.Hub.Http.SendAsync(HttpMethod.Get, (string)uploads[0]!["url"]!, null, account.Id)).Body;
    }

    /// <summary>What storage was sent of the account's files.</summary>
    private async Task<IReadOnlyList<JournalRecord>> StoredAsync(LinkedAccount account)
    {
        var keys = (await fixture.Emulator.JournalAsync(account.ClientId))
            .Where(step => step.Method == "POST" && step.Path.EndsWith("/storage", StringComparison.Ordinal))
            .Select(step => ((string)System.Text.Json.Nodes.JsonNode.Parse(step.ResponseBody!)!["data"]!["id"]!).Split('/')[^1])
            .ToList();
        return
        [
            .. (await fixture.Emulator.WholeJournalAsync()).Where(record =>
                record.Method == "PUT" && keys.Any(key => record.Path.EndsWith(key, StringComparison.Ordinal))
            ),
        ];
    }

    private static Task<int> StatusAsync(IPage page, string url, string method, bool tus) =>
        page.EvaluateAsync<int>(
            "async ([url, method, tus]) => (await fetch(url, { method, headers: tus ? { 'Tus-Resumable': '1.0.0' } : {}, redirect: 'manual' })).status",
            new object[] { url, method, tus }
        );

    private async Task<HttpStatusCode> SendAsync(string url, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = fixture.Hub.Address,
        };
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(url, UriKind.Relative));
        request.Headers.Add("Tus-Resumable", "1.0.0");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static MemoryStream Content()
    {
        var bytes = new byte[Size];
        for (var i = 0; i < Size; i++)
            bytes[i] = (byte)(i * 31 + (i >> 12));
        return new MemoryStream(bytes);
    }

    private static async Task<string> HashAsync(Stream content) =>
        Convert.ToHexString(await SHA256.HashDataAsync(content, TestContext.Current.CancellationToken));
}
