using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Hosting;

/// <summary>Whoever makes ids up does not make the hub grow.</summary>
public sealed class UnknownIdsOverHttpTests(HubFixture fixture)
{
    private const int Each = 300;

    [Fact]
    public async Task UnknownIds_LeaveTheNumberOfGrainsWhereItWas()
    {
        await using var hub = await HubProcess.StartAsync(fixture.Emulator.Address);
        using var stranger = hub.NewClient(null);
        await AskAsync(hub, stranger, "warm-up");
        var before = await ActivationsAsync(hub);

        for (var i = 0; i < Each; i++) await AskAsync(hub, stranger, $"{i}");

        var since = TimeProvider.System.GetTimestamp();
        while (await ActivationsAsync(hub) > before && TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(20)) await Task.Yield(); // A grain ends after its answer.
        Assert.InRange(await ActivationsAsync(hub), 0, before);
    }

    private static async Task AskAsync(HubProcess hub, HttpClient stranger, string id)
    {
        var token = "cst_" + id.PadLeft(43, 'A');
        foreach (var path in new[] { $"/link/{id}", $"/link/{token}", $"/link/{token}x" })
        {
            using var page = await stranger.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        }

        foreach (var path in new[] { $"/profiles/unknown-{id}", $"/profiles/UNKNOWN {id}" }) Assert.Equal("profile_not_found", (await hub.Http.SendAsync(HttpMethod.Get, path)).Code);
        Assert.Equal("event_not_found", (await hub.Http.SendAsync(HttpMethod.Delete, $"/event_endpoints/{id}")).Code);
        Assert.Equal("account_not_found", (await hub.Http.SendAsync(HttpMethod.Get, $"/accounts/acc_{id}")).Code);
        Assert.Equal("connect_session_not_found", (await hub.Http.SendAsync(HttpMethod.Post, "/connect_sessions/authenticate", new { token })).Code);
    }

    private static async Task<double> ActivationsAsync(HubProcess hub)
    {
        var metrics = await hub.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        return Regex.Matches(metrics, "^orleans_catalog_activations[^{ ]*(?:\\{[^}]*\\})? ([0-9.e+]+)", RegexOptions.Multiline).Sum(match => double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
    }
}
