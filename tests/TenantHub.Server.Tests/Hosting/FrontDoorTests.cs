using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Hosting;

public sealed class FrontDoorTests(ServerFixture fixture)
{
    [Fact]
    public async Task AddressWithoutAPath_LeadsABrowserToTheConsole_AndAnswersAProgram()
    {
        using var client = fixture.Hub.NewClient(null);
        using var page = new HttpRequestMessage(HttpMethod.Get, "/");
        page.Headers.TryAddWithoutValidation("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

        using var led = await client.SendAsync(page, TestContext.Current.CancellationToken);
        var told = JsonNode.Parse(await client.GetStringAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken))!;

        Assert.EndsWith(
            "/ui/sign-in",
            led.Headers.Location?.OriginalString ?? led.RequestMessage!.RequestUri!.AbsolutePath,
            StringComparison.Ordinal
        );
        Assert.Equal("TenantHub", (string?)told["name"]);
        foreach (var (name, link) in told["links"]!.AsObject().Where(link => link.Key != "console"))
        {
            using var answer = await client.GetAsync(new Uri((string)link!, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode is HttpStatusCode.OK, name);
        }
    }

    /// <summary>A page with a form says itself that it is not to be kept, in the words that the form's guard wants.</summary>
    [Fact]
    public async Task PageOfTheConsole_WarnsOfNothing()
    {
        using var handler = new SocketsHttpHandler();
        using var browser = new HttpClient(handler) { BaseAddress = fixture.Hub.Address };
        var end = TestContext.Current.CancellationToken;

        var page = await browser.GetStringAsync(new Uri("/ui/sign-in", UriKind.Relative), end);
        var form = Regex
            .Matches(page, "<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")
            .ToDictionary(field => field.Groups[1].Value, field => field.Groups[2].Value);
        form["key"] = ServerProcess.AdminKey;
        using var fields = new FormUrlEncodedContent(form);
        using var entered = await browser.PostAsync(new Uri("/ui/sign-in", UriKind.Relative), fields, end);

        Assert.Equal((HttpStatusCode.OK, "/ui"), (entered.StatusCode, entered.RequestMessage!.RequestUri!.AbsolutePath));
        Assert.Contains("no-store", entered.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("DefaultAntiforgery", fixture.Hub.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?code=")]
    [InlineData("?code=0123456789abcdef0123456789abcdef")]
    public async Task LinkThatWasNotOffered_SignsNobodyIn(string query)
    {
        using var client = fixture.Hub.NewClient(null);

        using var answer = await client.GetAsync(
            new Uri("/ui/sign-in/demo" + query, UriKind.Relative),
            TestContext.Current.CancellationToken
        );

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.DoesNotContain(
            answer.Headers,
            header => header.Key == "Set-Cookie" && string.Concat(header.Value).Contains("tenanthub-ui=", StringComparison.Ordinal)
        );
    }
}
