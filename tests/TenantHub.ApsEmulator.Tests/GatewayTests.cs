using Xunit;

namespace TenantHub.ApsEmulator;

/// <summary>What Autodesk's gateway answers before a product sees a call.</summary>
public sealed class GatewayTests(EmulatorFixture emulator)
{
    [Fact]
    public async Task RightCredentials_GetATokenOf3599Seconds()
    {
        var app = await emulator.CallerAsync();

        var (status, body) = await app.TokenAsync("data:read data:write");

        Assert.Equal((200, "Bearer", 3599), (status, (string?)body!["token_type"], (int)body["expires_in"]!));
    }

    [Theory]
    [InlineData("data:read", "wrong", "client_credentials", 401, "AUTH-003")]
    [InlineData("data:read", null, "password", 400, "AUTH-009")]
    [InlineData("data:read", null, "", 400, "AUTH-008")]
    [InlineData("data:fly", null, "client_credentials", 400, "invalid_scope")]
    [InlineData("bucket:read", null, "client_credentials", 400, "invalid_scope")] // Not one of the app's.
    public async Task WrongTokenRequest_IsRefusedAsDocumented(string scope, string? secret, string grant, int status, string code)
    {
        var app = await emulator.CallerAsync(scopes: ["data:read"]);

        var refused = await app.TokenAsync(scope, secret, grant);

        Assert.Equal((status, code), (refused.Status, (string?)refused.Body!["errorCode"]));
    }

    [Fact]
    public async Task TokenWithoutTheScope_IsForbidden()
    {
        var app = await emulator.CallerAsync();

        var (status, body, _) = await app.GetAsync("/project/v1/hubs", "bucket:read");

        Assert.Equal((403, "AUTH-010"), (status, (string?)body!["errorCode"]));
    }

    [Fact]
    public async Task ProductThatIsOff_IsForbidden()
    {
        var app = await emulator.CallerAsync(products: ["Webhooks API"]);

        var (status, body, _) = await app.GetAsync("/project/v1/hubs", "data:read");

        Assert.Equal((403, "AUTH-001"), (status, (string?)body!["errorCode"]));
    }

    [Fact]
    public async Task ExpiredAndUnknownTokens_AreRefused()
    {
        await using var host = await TenantHub.Testing.EmulatorHost.StartAsync();
        var (id, secret) = await host.AddAppAsync();
        var app = new ApsCaller(host, id, secret);
        Assert.Equal(200, (await app.GetAsync("/project/v1/hubs", "data:read")).Status);

        await host.PostAsync("time", new { advance_seconds = 3600 });
        var (status, body, _) = await app.GetAsync("/project/v1/hubs");

        Assert.Equal((401, "AUTH-006"), (status, (string?)body!["errorCode"]));
    }

    [Theory]
    [InlineData("sliding_log")]
    [InlineData("fixed_window")]
    [InlineData("token_bucket")]
    public async Task RequestOverTheLimit_Is429WithRetryAfter_UntilTheWindowHasPassed(string mode)
    {
        await using var host = await TenantHub.Testing.EmulatorHost.StartAsync();
        await host.PostAsync(
            "quotas",
            new
            {
                enabled = true,
                mode,
                window_seconds = 3600,
                limits = new { hubs = 3 },
            }
        );
        var (id, secret) = await host.AddAppAsync();
        var app = new ApsCaller(host, id, secret);
        await app.TokenAsync("data:read");
        await host.PostAsync("settings", new { token_lifetime_seconds = 100_000 });
        await app.TokenAsync("data:read");
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await app.GetAsync("/project/v1/hubs")).Status);

        var (status, body, response) = await app.GetAsync("/project/v1/hubs");
        var (other, _, _) = await app.GetAsync("/oss/v2/buckets");
        await host.PostAsync("time", new { advance_seconds = 3600 });
        var (later, _, _) = await app.GetAsync("/project/v1/hubs");

        Assert.Equal((429, "Quota limit exceeded."), (status, (string?)body!["developerMessage"]));
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 3600);
        Assert.Equal(403, other); // Another group is not touched: only the scope is missing.
        Assert.Equal(200, later);
    }

    [Fact]
    public async Task Journal_HoldsNeitherSecretNorToken()
    {
        var app = await emulator.CallerAsync();
        var (_, body) = await app.TokenAsync("data:read");
        var token = (string)body!["access_token"]!;
        await app.GetAsync("/project/v1/hubs");

        var journal = await emulator.Host.Control.GetStringAsync(
            new Uri("/_emulator/journal", UriKind.Relative),
            TestContext.Current.CancellationToken
        );

        Assert.Contains(app.ClientId, journal, StringComparison.Ordinal);
        Assert.DoesNotContain(token, journal, StringComparison.Ordinal);
        Assert.DoesNotContain(app.Secret, journal, StringComparison.Ordinal);
    }
}
