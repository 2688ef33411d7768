using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(TenantHub.Browser.BrowserFixture))]

namespace TenantHub.Browser;

/// <summary>One emulator, one server process and one real browser for all tests; each test has a browser context, an app and an account of
/// its own.</summary>
public sealed partial class BrowserFixture : IAsyncLifetime
{
    /// <summary>First Chromium without a window of its own: it does the same work for half of the CPU time.</summary>
    private static readonly string[] Candidates =
    [
        "/usr/bin/chromium-headless-shell",
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];

    /// <summary>The folder for pictures for people; null when none are wanted.</summary>
    private static readonly string? Screenshots = Environment.GetEnvironmentVariable("TENANTHUB_SCREENSHOTS") is { Length: > 0 } folder
        ? folder
        : null;

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;
    private readonly ConcurrentDictionary<string, ConcurrentBag<string>> _errors = [];
    private readonly List<(string? TestClass, string? Test, IBrowserContext Context)> _open = [];
    private WebApplication _host = null!;

    /// <summary>Gets the origin of a site that may show the Link page in a frame; the same site under the name localhost may not.</summary>
    public string FrameOrigin => _host.Urls.First();

    public EmulatorHost Emulator { get; private set; } = null!;

    public ServerProcess Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var path =
            Environment.GetEnvironmentVariable("CHROMIUM")
            ?? Candidates.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                "Chromium is not installed: run tests/run.sh, or apt-get install chromium, or name it in CHROMIUM."
            );
        Emulator = await EmulatorHost.StartAsync();
        _host = await StartHostAsync();
        Hub = await ServerProcess.StartAsync(
            Emulator.Address,
            settings: new Dictionary<string, string>
            {
                ["TenantHub__Linking__AllowedFrameOrigins__0"] = FrameOrigin,
                ["TenantHub__Linking__ProductName"] = "Acme Plans",
                ["TenantHub__Events__AllowLoopback"] = "true",
            }
        );
        Assertions.SetDefaultExpectTimeout(60_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = path,
                Headless = true,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"], // Root in a container has no sandbox.
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await _host.DisposeAsync();
        await Hub.DisposeAsync();
        await Emulator.DisposeAsync();
    }

    /// <summary>A page that fails its test when a script fails or when the content security policy had to stop something.</summary>
    public async Task<IPage> NewPageAsync(
        int width = 1280,
        int height = 900,
        bool dark = false,
        bool script = true,
        ServerProcess? hub = null
    )
    {
        await CloseEarlierAsync();
        var context = await _browser.NewContextAsync(
            new()
            {
                BaseURL = (hub ?? Hub).Address.ToString(),
                ViewportSize = new() { Width = width, Height = height },
                ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
                // Nobody looks at most of these pages, and painting them is half of what the browser does: without pictures a quarter of the
                // dots will do.
                DeviceScaleFactor = Screenshots is null ? 0.5f : 1,
                ReducedMotion = ReducedMotion.Reduce,
                JavaScriptEnabled = script,
            }
        );
        lock (_open)
            _open.Add((TestContext.Current.TestClass?.UniqueID, TestContext.Current.Test?.UniqueID, context));
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(60_000); // The machine may be busy; a test that hangs still ends.
        var errors = Errors;
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
                errors.Add(message.Text);
        };
        return page;
    }

    /// <summary>Gets the errors of the running test's pages: those of another one are no fault of its own.</summary>
    public ConcurrentBag<string> Errors => _errors.GetOrAdd(TestContext.Current.Test?.UniqueID ?? "", _ => []);

    /// <summary>Closes what the earlier tests of the class have opened: a live page that stays open goes on asking its server for news, and
    /// all of them together stop the machine.</summary>
    private async Task CloseEarlierAsync()
    {
        var (testClass, test) = (TestContext.Current.TestClass?.UniqueID, TestContext.Current.Test?.UniqueID);
        List<IBrowserContext> over;
        lock (_open)
        {
            over = [.. _open.Where(open => open.TestClass == testClass && open.Test != test).Select(open => open.Context)];
            _open.RemoveAll(open => over.Contains(open.Context));
        }

        foreach (var context in over)
            await context.CloseAsync();
    }

    /// <summary>A customer's site: /host?link= shows the link in a frame, and its title says what it was told.</summary>
    private static async Task<WebApplication> StartHostAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet(
            "/host",
            (string link) =>
                Results.Text(
                    $"<!doctype html><title>Host</title><script>addEventListener('message', e => {{ document.title = JSON.stringify(e.data); }})</script><iframe src='{link}' width=700 height=700></iframe>",
                    "text/html"
                )
        );
        await app.StartAsync();
        return app;
    }

    /// <summary>Pictures for people, when TENANTHUB_SCREENSHOTS names a folder.</summary>
    public static async Task ShootAsync(IPage page, string name)
    {
        if (Screenshots is { } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }

    /// <summary>A new API key of a role, perhaps bound to owners.</summary>
    public async Task<string> KeyAsync(string role, params string[] owners)
    {
        var made = await Hub.Http.SendAsync(
            HttpMethod.Post,
            "/keys",
            new
            {
                name = $"a {role} key",
                role,
                origin_owner_ids = owners.Length == 0 ? null : owners,
            }
        );
        Assert.True((int)made.Status == 201, made.Body?.ToJsonString());
        return made.Text("key")!;
    }

    /// <summary>A page of the console, signed in with the key; the admin's when none is named.</summary>
    public async Task<IPage> ConsoleAsync(string address, string? key = null, int width = 1280, int height = 900, bool dark = false)
    {
        var page = await NewPageAsync(width, height, dark);
        await SignInAsync(page, key ?? ServerProcess.AdminKey);
        await page.GotoAsync(address);
        await Assertions.Expect(page.Locator("h1")).ToBeVisibleAsync();
        return page;
    }

    /// <summary>Signs the page's context in as its form does, without showing the form: the tests of the form fill it in.</summary>
    public static async Task SignInAsync(IPage page, string key)
    {
        var shown = await (await page.APIRequest.GetAsync("/ui/sign-in")).TextAsync();
        var form = page.APIRequest.CreateFormData().Set("key", key);
        foreach (Match field in HiddenField().Matches(shown))
            form.Set(field.Groups[1].Value, field.Groups[2].Value);
        var answer = await page.APIRequest.PostAsync("/ui/sign-in", new() { Form = form, MaxRedirects = 0 });
        Assert.True(answer.Status == 302, await answer.TextAsync());
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex HiddenField();

    /// <summary>A profile with an app of its own, made through the API, and the Autodesk account that a customer would link.</summary>
    public async Task<Customer> CustomerAsync(
        string[] actions,
        bool provisioned = true,
        string region = "US",
        string[]? scopes = null,
        string[]? products = null,
        bool ownApp = false,
        bool proof = false
    )
    {
        var (clientId, secret) = await Emulator.AddAppAsync(products, scopes);
        var account = await Emulator.AddAccountAsync(provisioned ? [clientId] : [], region);
        object? credentials = ownApp ? null : new { client_id = clientId, client_secret = secret };
        var created = await Hub.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = clientId,
                name = "Browser",
                credentials,
                enabled_actions = actions,
                ownership_proof = proof ? "code" : "first_link",
            }
        );
        Assert.True((int)created.Status == 201, created.Body?.ToJsonString());
        return new(clientId, secret, (string)account["acc_account_id"]!, (string)account["users"]![0]!["id"]!);
    }

    /// <summary>An app, an account that knows it, and the link between them.</summary>
    public async Task<LinkedAccount> LinkAsync(
        string label = "Riverside",
        string region = "US",
        bool provisioned = true,
        string[]? products = null,
        string[]? scopes = null,
        bool actingUser = true,
        string? owner = null
    )
    {
        var (clientId, secret) = await Emulator.AddAppAsync(products, scopes);
        var account = await Emulator.AddAccountAsync(provisioned ? [clientId] : [], region);
        var linked = await Hub.Http.LinkAsync(
            clientId,
            secret,
            (string)account["acc_account_id"]!,
            region,
            actingUser ? (string?)account["users"]![0]!["id"] : null,
            owner ?? "owner-" + clientId
        );
        Assert.True((int)linked.Status == 201, linked.Body?.ToJsonString());
        var id = linked.Text("id")!;
        await Hub.Http.SendAsync(HttpMethod.Patch, $"/accounts/{id}", new { label });
        return new(
            id,
            clientId,
            secret,
            (string)account["acc_account_id"]!,
            (string)account["projects"]![0]!["id"]!,
            (string)account["projects"]![0]!["folders"]![0]!["id"]!,
            label
        );
    }

    public async Task<System.Text.Json.Nodes.JsonNode> StateAsync(string account) =>
        (await Hub.Http.SendAsync(HttpMethod.Get, $"/accounts/{account}/state")).Body!;

    public async Task<string> OpenSessionAsync(Customer customer, int expiresIn = 1800)
    {
        var answer = await Hub.Http.SendAsync(
            HttpMethod.Post,
            "/connect_sessions",
            new
            {
                origin_owner_id = customer.ClientId,
                origin_owner_name = "Riverside Builders",
                profile_id = customer.ClientId,
                expires_in = expiresIn,
            }
        );
        Assert.True((int)answer.Status == 201, answer.Body?.ToJsonString());
        return answer.Text("auth_link_url")!;
    }

    public async Task<System.Text.Json.Nodes.JsonArray> AccountsAsync(Customer customer) =>
        (await Hub.Http.SendAsync(HttpMethod.Get, $"/accounts?origin_owner_id={customer.ClientId}")).Body!.AsArray();
}

/// <summary>A customer that links: the profile's id is the client id.</summary>
public sealed record Customer(string ClientId, string Secret, string AccAccountId, string AdminUserId);

/// <summary>A linked account with what the emulator holds for it.</summary>
public sealed record LinkedAccount(
    string Id,
    string ClientId,
    string Secret,
    string AccAccountId,
    string ProjectId,
    string Folder,
    string Label
);
