using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TenantHub.Autodesk.Auth;
using Xunit;

namespace TenantHub.Autodesk.Http;

public sealed class ApsClientTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("25", 25)]
    [InlineData("Tue, 24 Nov 2026 12:01:30 GMT", 90)]
    [InlineData("Tue, 24 Nov 2026 11:00:00 GMT", 0)]
    public void RetryAfter_IsReadInBothForms(string header, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryAfter.Read(header, _clock));

    [Fact]
    public async Task RequestThatIsNotAnsweredInTime_IsLost_NotCancelled()
    {
        using var client = new ApsClient(
            Options.Create(new ApsOptions()),
            _clock,
            new Handler(
                async (_, token) =>
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    return new HttpResponseMessage();
                }
            )
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://aps.example/x");

#pragma warning disable CA2025 // It is awaited before anything is disposed.
        var sending = client.SendAsync(request, "t", TimeSpan.FromSeconds(30), null, null, TestContext.Current.CancellationToken);
#pragma warning restore CA2025
        _clock.Advance(TimeSpan.FromSeconds(31));

        Assert.True(Assert.IsType<ApsResponse.Lost>(await sending).TimedOut);
    }

    [Fact]
    public async Task RefusedConnection_IsNotSent()
    {
        using var client = new ApsClient(Options.Create(new ApsOptions()), _clock);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://127.0.0.1:1/x");

        Assert.IsType<ApsResponse.NotSent>(
            await client.SendAsync(request, "t", TimeSpan.FromSeconds(30), null, null, TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task AnswerLargerThanAllowed_IsNotTaken()
    {
        using var client = new ApsClient(
            Options.Create(new ApsOptions { MaxResponseBytes = 1024 }),
            _clock,
            new Handler((_, _) => Task.FromResult(new HttpResponseMessage { Content = new StringContent(new string('x', 2000)) }))
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://aps.example/x");

        var lost = Assert.IsType<ApsResponse.Lost>(
            await client.SendAsync(request, "t", TimeSpan.FromSeconds(30), null, null, TestContext.Current.CancellationToken)
        );

        Assert.Contains("larger than", lost.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        401,
        """{"developerMessage":"The client_id/client_secret are not valid.","errorCode":"AUTH-003"}""",
        ErrorCode.CredentialsRejected
    )]
    [InlineData(400, """{"error":"invalid_scope","error_description":"The requested scope is invalid"}""", ErrorCode.ScopeNotGranted)]
    [InlineData(403, """{"developerMessage":"no access to the api product","errorCode":"AUTH-001"}""", ErrorCode.ApiProductNotEnabled)]
    [InlineData(429, "{}", ErrorCode.AutodeskRateLimited)]
    [InlineData(500, "oops", ErrorCode.AutodeskUnavailable)]
    [InlineData(200, "{}", ErrorCode.AutodeskUnavailable)]
    public async Task TokenRefusal_IsClassified_AndNeverHoldsTheSecret(int status, string body, ErrorCode expected)
    {
        using var client = new ApsTokenClient(
            Options.Create(new ApsOptions()),
            _clock,
            new Handler((_, _) => Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) }))
        );

        var result = await client.RequestAsync("client-1", new Secret("planted"), ["data:read"], TestContext.Current.CancellationToken);

        var refused = Assert.IsType<TokenResult.Refused>(result);
        Assert.Equal(expected, refused.Error.Code);
        Assert.DoesNotContain("planted", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenRequest_IsBasicWithSpaceSeparatedScopes()
    {
        HttpRequestMessage? seen = null;
        string? form = null;
        using var client = new ApsTokenClient(
            Options.Create(new ApsOptions()),
            _clock,
            new Handler(
                async (request, token) =>
                {
                    (seen, form) = (request, await request.Content!.ReadAsStringAsync(token));
                    return new HttpResponseMessage
                    {
                        Content = new StringContent("""{"access_token":"abc","token_type":"Bearer","expires_in":3599}"""),
                    };
                }
            )
        );

        var granted = Assert.IsType<TokenResult.Granted>(
            await client.RequestAsync("id", new Secret("s"), ["data:create", "data:write"], TestContext.Current.CancellationToken)
        );

        Assert.Equal("https://developer.api.autodesk.com/authentication/v2/token", seen!.RequestUri!.ToString());
        Assert.Equal("Basic aWQ6cw==", seen.Headers.Authorization!.ToString());
        Assert.Equal("grant_type=client_credentials&scope=data%3Acreate+data%3Awrite", form);
        Assert.Equal(("abc", TimeSpan.FromSeconds(3599)), (granted.Token.Reveal(), granted.ExpiresIn));
    }

    private sealed class Handler(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            answer(request, cancellationToken);
    }
}
