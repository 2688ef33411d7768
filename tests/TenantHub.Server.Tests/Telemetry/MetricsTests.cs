using System.Net;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Telemetry;

[Collection(BusyServerCollection.Name)]
public sealed class MetricsTests(BusyServer busy, ServerFixture fixture)
{
    private static readonly Uri Metrics = new("/metrics", UriKind.Relative);

    [Fact]
    public void EverythingThatHappened_IsCounted()
    {
        Assert.Equal(3, busy.Value("tenanthub_calls_total", ("tenanthub_outcome", "succeeded"), ("tenanthub_product", "OSS")));
        Assert.Equal(
            1,
            busy.Value("tenanthub_calls_total", ("tenanthub_outcome", "autodesk_unavailable"), ("tenanthub_product", "Data Management"))
        );
        Assert.Equal(6, busy.Value("tenanthub_call_duration_seconds_count"));
        Assert.Equal(5, busy.Value("tenanthub_lane_wait_seconds_count")); // The replay did not need the lane.
        Assert.Equal(1, busy.Value("tenanthub_upstream_rate_limited_total", ("tenanthub_quota_group", "oss")));
        Assert.Equal(1, busy.Value("tenanthub_retries_total", ("tenanthub_reason", "rate_limited")));
        Assert.Equal(2, busy.Value("tenanthub_retries_total", ("tenanthub_reason", "token_refused"))); // One per set of scopes.
        Assert.True(busy.Value("tenanthub_retries_total", ("tenanthub_reason", "failed")) >= 2);
        Assert.True(busy.Value("tenanthub_token_requests_total", ("tenanthub_outcome", "granted")) >= 2);
        Assert.Equal(1, busy.Value("tenanthub_upstream_duration_seconds_count", ("tenanthub_status_class", "429")));
        Assert.Equal(1, busy.Value("tenanthub_upstream_duration_seconds_count", ("tenanthub_status_class", "lost")));
        Assert.Equal(1, busy.Value("tenanthub_breaker_transitions_total", ("tenanthub_scope", "account"), ("tenanthub_state", "opened")));
        Assert.Equal(1, busy.Value("tenanthub_breaker_open", ("tenanthub_quota_group", "dm-hub-projects"), ("tenanthub_scope", "account")));
        Assert.Equal(1, busy.Value("tenanthub_read_backs_total", ("tenanthub_outcome", "found")));
        Assert.Equal(1, busy.Value("tenanthub_idempotency_replays_total"));
        Assert.Equal(0, busy.Value("tenanthub_lane_waiting"));
        Assert.True(busy.Value("tenanthub_quota_used", ("tenanthub_quota_group", "dm-hubs")) >= 2);
        Assert.Equal(50, busy.Value("tenanthub_quota_limit", ("tenanthub_quota_group", "dm-hubs")));
        Assert.InRange(busy.Value("tenanthub_quota_utilization", ("tenanthub_quota_group", "dm-hubs")), 0.04, 0.5);
    }

    [Fact]
    public void Metrics_NameNobody_AndHaveFewSeries()
    {
        foreach (var id in new[] { busy.AccountId, busy.ClientId, "acc_", "owner-1", ServerProcess.AdminKey })
            Assert.DoesNotContain(id, busy.Metrics, StringComparison.Ordinal);
        Assert.All(busy.Names, name => Assert.InRange(busy.SeriesOf(name), 1, 500));
    }

    [Fact]
    public async Task Metrics_NeedAKey()
    {
        using var nobody = fixture.Hub.NewClient(null);

        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(Metrics, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.GetAsync(Metrics, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task PortOfTheirOwn_ServesMetricsWithoutAKey_AndNothingElse()
    {
        var cancel = TestContext.Current.CancellationToken;
        var port = FreePort.Find();
        await using var hub = await ServerProcess.StartAsync(
            fixture.Emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Metrics__Port"] = $"{port}" }
        );
        using var nobody = hub.NewClient(null);

        var own = new Uri($"http://127.0.0.1:{port}/");
        Assert.Contains(
            "tenanthub_call_log_dropped_total",
            await nobody.GetStringAsync(new Uri(own, "/metrics"), cancel),
            StringComparison.Ordinal
        );
        foreach (var path in new[] { "/accounts", "/docs", "/health/live" })
            Assert.Equal(HttpStatusCode.NotFound, (await nobody.GetAsync(new Uri(own, path), cancel)).StatusCode);

        // The API's port serves them no more, whatever the Host header says.
        using var pretended = new HttpRequestMessage(HttpMethod.Get, Metrics) { Headers = { Host = $"127.0.0.1:{port}" } };
        Assert.NotEqual(HttpStatusCode.OK, (await nobody.SendAsync(pretended, cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await hub.Http.GetAsync(Metrics, cancel)).StatusCode);
    }
}
