using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TenantHub.Browser;

/// <summary>Attacks on the console. Each is tried as an attacker would, and fails.</summary>
public sealed class ConsoleSecurityTests(BrowserFixture fixture)
{
    /// <summary>Records what the page sends, so that it can be sent again with another event in it.</summary>
    private const string Tap = """
        window.sent = []; window.sockets = [];
        const Real = WebSocket;
        window.WebSocket = class extends Real {
          constructor(...given) { super(...given); window.sockets.push(this); }
          send(data) { window.sent.push(new Uint8Array(data.buffer ? data : data)); super.send(data); }
        };
        """;

    /// <summary>Sends a click for every event handler that there may be, in the form in which the page sends them.</summary>
    private const string Forge = """
        () => {
          const text = bytes => new TextDecoder('latin1').decode(bytes);
          const real = window.sent.map(text).filter(frame => frame.includes('DispatchEventAsync')).at(-1);
          const object = real.charCodeAt(real.indexOf('DispatchEventAsync') + 18);
          const str = value => { const b = new TextEncoder().encode(value); return [0xda, b.length >> 8, b.length & 255, ...b]; };
          for (let id = 1; id <= 200; id++) {
            const args = JSON.stringify([{ eventHandlerId: id, eventName: 'click', eventFieldInfo: null }, { detail: 1, type: 'click' }]);
            const body = [0x96, 1, 0x80, 0xc0, ...str('BeginInvokeDotNetFromJS'), 0x95, ...str(String(9000 + id)), 0xc0, ...str('DispatchEventAsync'), object, ...str(args), 0x90];
            const length = []; let rest = body.length; do { length.push((rest & 127) | (rest > 127 ? 128 : 0)); rest >>= 7; } while (rest);
            window.sockets.at(-1).send(new Uint8Array([...length, ...body]));
          }
          return window.sockets.length;
        }
        """;

    [Fact]
    public async Task ReadOnly_SeesNoControls_AndEventsMadeByHandChangeNothing()
    {
        var account = await fixture.LinkAsync("Read only");
        var page = await fixture.NewPageAsync();
        await page.AddInitScriptAsync(Tap);
        await page.GotoAsync("/ui/sign-in?to=" + Uri.EscapeDataString("/ui/accounts"));
        await page.GetByLabel("API key").FillAsync(await fixture.KeyAsync("read_only"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByLabel("Search").FillAsync("Read only");
        await page.Locator($"a[href='/ui/accounts/{account.Id}']").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Read only" })).ToBeVisibleAsync();
        await Expect(page.Locator("main").GetByRole(AriaRole.Button)).ToHaveTextAsync(["Copy"]);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Manage" })).ToHaveCountAsync(0);

        Assert.True(await page.EvaluateAsync<int>(Forge) > 0);
        foreach (var tab in new[] { "manage", "try" })
        {
            await page.GotoAsync($"/ui/accounts/{account.Id}?tab={tab}"); // By hand.
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Read only" })).ToBeVisibleAsync();
            await Expect(page.Locator("main form")).ToHaveCountAsync(0);
        }

        foreach (var form in new[] { "/ui/profiles/new", $"/ui/accounts/{account.Id}", "/ui" })
            await page.EvaluateAsync($"() => fetch('{form}', {{ method: 'POST', body: new URLSearchParams({{ do: 'unlink' }}) }})");
        Assert.Equal("active", (string?)(await fixture.StateAsync(account.Id))["account"]!["hub_status"]);
        Assert.All(
            (await fixture.Hub.Http.SendAsync(HttpMethod.Get, $"/audit?target=account/{account.Id}")).Body!["data"]!.AsArray(),
            change => Assert.Equal("key:bootstrap", (string?)change!["actor"])
        );
        await page.GotoAsync("/ui/profiles"); // For operators.
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task RevokedKey_CanChangeNothingFromTheMomentOn_AndItsOpenPageEnds()
    {
        var account = await fixture.LinkAsync("Revoked");
        var made = await fixture.Hub.Http.SendAsync(HttpMethod.Post, "/keys", new { name = "to be revoked", role = "operator" });
        var page = await fixture.ConsoleAsync($"/ui/accounts/{account.Id}", made.Text("key"));
        var suspend = page.GetByRole(AriaRole.Button, new() { Name = "Suspend" });
        await Expect(suspend).ToBeVisibleAsync();

        Assert.Equal(
            HttpStatusCode.OK,
            (await fixture.Hub.Http.SendAsync(HttpMethod.Post, $"/keys/{made.Body!["description"]!["id"]}/revoke")).Status
        );
        await page.EvaluateAsync(
            "() => { for (const button of document.querySelectorAll('main button')) if (button.textContent === 'Suspend') button.click(); }"
        );

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        Assert.Equal("active", (string?)(await fixture.StateAsync(account.Id))["account"]!["hub_status"]);
    }

    [Fact]
    public async Task SigningOut_EndsTheOtherTabsToo()
    {
        var page = await fixture.ConsoleAsync("/ui");
        var live = await page.Context.NewPageAsync();
        await live.GotoAsync("/ui/accounts");
        await Expect(live.GetByLabel("Search")).ToBeVisibleAsync();
        var form = await page.Context.NewPageAsync();
        await form.GotoAsync("/ui/profiles");
        await Expect(form.Locator("h1")).ToHaveTextAsync("Connector profiles");

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();

        foreach (var tab in new[] { page, live, form })
            await Expect(tab.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        Assert.Empty(fixture.Errors);
    }

    [Fact]
    public async Task SignIn_AnswersHeadAsItAnswersGet()
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = fixture.Hub.Address };
        using var request = new HttpRequestMessage(HttpMethod.Head, "/ui/sign-in");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
    }

    [Fact]
    public async Task OtherSites_OpenNoCircuit_AndShowNoPage()
    {
        var page = await fixture.ConsoleAsync("/ui");
        var cookie = string.Join("; ", (await page.Context.CookiesAsync()).Select(one => $"{one.Name}={one.Value}"));
        Assert.Equal(HttpStatusCode.Forbidden, await OpenSocketAsync("https://evil.example", cookie));
        Assert.Equal(HttpStatusCode.Forbidden, await OpenSocketAsync(null, cookie));
        Assert.Equal(
            HttpStatusCode.SwitchingProtocols,
            await OpenSocketAsync(fixture.Hub.Address.GetLeftPart(UriPartial.Authority), cookie)
        );
        Assert.NotEqual(
            HttpStatusCode.SwitchingProtocols,
            await OpenSocketAsync(fixture.Hub.Address.GetLeftPart(UriPartial.Authority), "")
        );

        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = fixture.Hub.Address,
        };
        foreach (var address in new[] { "/ui", "/ui/accounts", "/ui/_blazor/negotiate", "/ui/sign-in" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Add("Cookie", cookie);
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            if (address.Contains("_blazor", StringComparison.Ordinal))
                continue;
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain(
                "unsafe-inline",
                policy.Replace("style-src-attr 'unsafe-inline'", "", StringComparison.Ordinal),
                StringComparison.Ordinal
            );
            Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
            Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        }

        await page.GotoAsync($"{fixture.FrameOrigin}/host?link={Uri.EscapeDataString(fixture.Hub.Address + "ui/sign-in")}");
        Assert.Equal(0, await page.FrameLocator("iframe").GetByLabel("API key").CountAsync());
        fixture.Errors.Clear(); // The browser says that the policy kept the frame empty, as it should.
    }

    [Fact]
    public async Task ScriptInNamesAndInAutodesksData_IsText()
    {
        const string Script = "<img src=x onerror=\"document.title='stolen'\"><script>document.title='stolen'</script>";
        var account = await fixture.LinkAsync(Script, owner: "\"><script>document.title='stolen'</script>");
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/hq/v1/accounts/{account.AccAccountId}/users" },
                kind = "status",
                status = 422,
                body = new { message = Script },
                times = 1,
            }
        );
        var page = await fixture.ConsoleAsync($"/ui/accounts?query={account.Id}");
        await Expect(page.Locator("tbody")).ToContainTextAsync(Script);
        await page.GotoAsync($"/ui/accounts/{account.Id}?tab=try&action=autodesk_list_account_users");
        await Expect(page.Locator("h1")).ToHaveTextAsync(Script);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the plan" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        await Expect(page.Locator("pre.json")).ToContainTextAsync("onerror");
        Assert.Equal(0, await page.Locator("main img, main script").CountAsync());
        Assert.DoesNotContain(
            "stolen",
            await page.EvaluateAsync<string>("() => document.title.replace(/.*- TenantHub$/, '')"),
            StringComparison.Ordinal
        );
        Assert.Empty(fixture.Errors);
    }

    /// <summary>What is planted: the app's secret, every access token of it, the key with which one has signed in.</summary>
    [Fact]
    public async Task Secrets_AreInNoPage_AndInNoFrameOfTheSocket()
    {
        var account = await fixture.LinkAsync("Secrets");
        var key = await fixture.KeyAsync("operator");
        var received = new ConcurrentQueue<byte[]>();
        var page = await fixture.NewPageAsync();
        page.WebSocket += (_, socket) =>
        {
            socket.FrameReceived += (_, frame) => Keep(frame);
            socket.FrameSent += (_, frame) => Keep(frame);
        };
        await page.GotoAsync("/ui/sign-in?to=" + Uri.EscapeDataString($"/ui/accounts/{account.Id}?tab=try&action=autodesk_list_hubs"));
        await page.GetByLabel("API key").FillAsync(key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the plan" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        await Expect(page.Locator("pre.json")).ToBeVisibleAsync();
        var seen = new StringBuilder();
        foreach (var tab in new[] { "State", "Calls", "Manage" })
        {
            await page.GetByRole(AriaRole.Navigation, new() { Name = "About the account" })
                .GetByRole(AriaRole.Link, new() { Name = tab })
                .ClickAsync();
            await Expect(page.Locator("main .card").First).ToBeVisibleAsync();
            seen.Append(await page.ContentAsync());
        }

        seen.Append(string.Concat(received.Select(Encoding.Latin1.GetString)));
        var text = seen.ToString();
        Assert.Contains(account.ClientId, text, StringComparison.Ordinal); // It would have been found.
        Assert.DoesNotContain(account.Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(key, text, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", text, StringComparison.Ordinal); // Nor any token of the form that Autodesk gives.

        void Keep(IWebSocketFrame frame)
        {
            if (frame.Binary is { } bytes)
                received.Enqueue(bytes);
        }
    }

    private async Task<HttpStatusCode> OpenSocketAsync(string? origin, string cookie)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        if (cookie.Length > 0)
            socket.Options.SetRequestHeader("Cookie", cookie);
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{fixture.Hub.Address.Authority}/ui/_blazor"), TestContext.Current.CancellationToken);
        }
        catch (WebSocketException)
        {
            // The status says why.
        }

        return socket.HttpStatusCode;
    }
}
