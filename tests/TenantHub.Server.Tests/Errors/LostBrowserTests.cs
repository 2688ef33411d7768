using System.Net;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Errors;

/// <summary>Addresses that lead nowhere.</summary>
public sealed class LostBrowserTests(ServerFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/nope")]
    [InlineData("/docs/nope")]
    [InlineData("/ui/nope.txt")]
    [InlineData("/accounts/x/nope")]
    public async Task Browser_GetsAPageThatLeadsOn_AndAProgramTheError(string address)
    {
        using var stranger = fixture.Hub.NewClient(null);
        using var asked = new HttpRequestMessage(HttpMethod.Get, address);
        asked.Headers.TryAddWithoutValidation("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

        using var page = await stranger.SendAsync(asked, Token);
        var shown = await page.Content.ReadAsStringAsync(Token);
        var told = await fixture.Http.SendAsync(HttpMethod.Get, address);

        Assert.Equal((HttpStatusCode.NotFound, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.Empty(page.Headers.WwwAuthenticate); // No password box.
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        foreach (var link in (string[])["/ui", "/docs", "/docs/api"])
            Assert.Contains($"href=\"{link}\"", shown, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.NotFound, "endpoint_not_found"), (told.Status, told.Code));
    }

    [Fact]
    public async Task WhoHasNoKey_IsStillRefused_AndOtherMethodsAreNoPages()
    {
        using var stranger = fixture.Hub.NewClient(null);
        using var sent = new HttpRequestMessage(HttpMethod.Post, "/nope");
        sent.Headers.TryAddWithoutValidation("Accept", "text/html");
        using var known = new HttpRequestMessage(HttpMethod.Get, "/accounts");
        known.Headers.TryAddWithoutValidation("Accept", "text/html");

        using var program = await stranger.GetAsync(new Uri("/nope", UriKind.Relative), Token);
        using var form = await stranger.SendAsync(sent, Token);
        using var list = await stranger.SendAsync(known, Token);

        Assert.All([program, form, list], answer => Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType));
        Assert.All([program, form, list], answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
    }
}
