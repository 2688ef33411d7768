using System.Globalization;
using System.Net;
using System.Text;
using TenantHub.Server.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Security;

/// <summary>How often one address may be refused; and that nobody else pays for it.</summary>
public sealed class RefusalLimitsTests(RefusalLimitsTests.StrictServer strict, ServerFixture fixture)
    : IClassFixture<RefusalLimitsTests.StrictServer>
{
    [Fact]
    public async Task WrongKeys_AreRefusedWith429_AndNeitherAKnownKeyNorAnotherAddressPays()
    {
        var answers = new List<ApiAnswer>();
        for (var i = 0; i < 8; i++)
            answers.Add(await SendAsync(HttpMethod.Get, "/accounts", "198.51.100.7", $"thk_{i}{new string('A', 42)}"));
        var known = await SendAsync(HttpMethod.Get, "/accounts", "198.51.100.7", ServerProcess.AdminKey);
        var elsewhere = await SendAsync(HttpMethod.Get, "/accounts", "198.51.100.8", "wrong");
        var pretended = await SendAsync(HttpMethod.Get, "/accounts", "198.51.100.9, 198.51.100.7", "wrong"); // The last entry is the proxy's.

        Assert.Equal(5, answers.Count(answer => answer.Status is HttpStatusCode.Unauthorized));
        BadInputTests.AssertError(answers[^1], "too_many_requests", "caller");
        Assert.InRange(int.Parse(answers[^1].Headers["retry-after"], CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests),
            (known.Status, elsewhere.Status, pretended.Status)
        );
    }

    [Theory]
    [
        InlineData("POST", "/ui/sign-in"),
        InlineData("GET", "/openapi/v1.json"),
        InlineData("GET", "/docs/errors"),
        InlineData("GET", "/link/cst_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    ]
    public async Task WhatNeedsNoKey_HasALimitForEachAddress(string method, string path)
    {
        var address = $"203.0.113.{path.Length}";
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 7; i++)
            answers.Add(await RawAsync(new HttpMethod(method), path, address));
        using var other = await RawAsync(new HttpMethod(method), path, "203.0.113.200");

        Assert.Equal(2, answers.Count(answer => answer.StatusCode is HttpStatusCode.TooManyRequests));
        Assert.NotNull(answers[^1].Headers.RetryAfter);
        Assert.NotEqual(HttpStatusCode.TooManyRequests, other.StatusCode);
        answers.ForEach(answer => answer.Dispose());
    }

    [Fact]
    public async Task WithoutAConfiguredProxy_NoHeaderIsBelieved()
    {
        await using var open = await ServerProcess.StartAsync(
            fixture.Emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Refusals__WrongKeysPerMinute"] = "5" }
        );
        using var client = open.NewClient("wrong");

        var answers = new List<ApiAnswer>();
        for (var i = 0; i < 7; i++)
            answers.Add(await client.SendAsync(HttpMethod.Get, "/accounts", headers: ("X-Forwarded-For", $"198.51.100.{i}")));

        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1].Status);
    }

    [Fact]
    public void WeakBootstrapKey_IsWarnedOf() =>
        Assert.Contains("TenantHub:Bootstrap:AdminKey has fewer than 32 characters", strict.Hub.Output, StringComparison.Ordinal);

    private async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string address, string key)
    {
        using var client = strict.Hub.NewClient(key);
        return await client.SendAsync(method, path, headers: ("X-Real-Caller", address));
    }

    private async Task<HttpResponseMessage> RawAsync(HttpMethod method, string path, string address)
    {
        using var client = strict.Hub.NewClient(null);
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (method == HttpMethod.Post)
            request.Content = new StringContent("key=x", Encoding.UTF8, "application/x-www-form-urlencoded");
        request.Headers.Add("X-Real-Caller", address);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A hub that refuses soon. Each test comes from addresses of its own.</summary>
    public sealed class StrictServer(ServerFixture fixture) : IAsyncLifetime
    {
        public ServerProcess Hub { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Hub = await ServerProcess.StartAsync(
                fixture.Emulator.Address,
                settings: new Dictionary<string, string>
                {
                    ["TenantHub__Refusals__WrongKeysPerMinute"] = "5",
                    ["TenantHub__Refusals__SignInsPerMinute"] = "5",
                    ["TenantHub__Refusals__LinkPagesPerMinute"] = "5",
                    ["TenantHub__Refusals__DocumentsPerMinute"] = "5",
                    ["TenantHub__Proxy__Networks__0"] = "127.0.0.0/8",
                    ["TenantHub__Proxy__Header"] = "X-Real-Caller",
                }
            );

        public ValueTask DisposeAsync() => Hub.DisposeAsync();
    }
}
