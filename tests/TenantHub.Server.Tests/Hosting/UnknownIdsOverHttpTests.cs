using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Hosting;

/// <summary>Whoever makes ids up does not make the hub grow.</summary>
public sealed class UnknownIdsOverHttpTests(ServerFixture fixture)
{
    private const int Each = 1000; // Of ten kinds.

    [Fact]
    public async Task UnknownIds_LeaveTheNumberOfGrainsWhereItWas()
    {
        await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address);
        using var stranger = hub.NewClient(null);
        await AskAsync(hub, stranger, "warm-up");
        var before = await ActivationsAsync(hub);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Each),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (i, _) => await AskAsync(hub, stranger, $"{i}")
        );

        await Until.TrueAsync(async () => await ActivationsAsync(hub) <= before, $"there are {before} activations again"); // A grain ends after its answer.
    }

    private static async Task AskAsync(ServerProcess hub, HttpClient stranger, string id)
    {
        var token = "cst_" + id.PadLeft(43, 'A');
        foreach (var path in new[] { $"/link/{id}", $"/link/{token}", $"/link/{token}x" })
        {
            using var page = await stranger.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        }

        foreach (var path in new[] { $"/profiles/unknown-{id}", $"/profiles/UNKNOWN {id}" })
            Assert.Equal("profile_not_found", (await hub.Http.SendAsync(HttpMethod.Get, path)).Code);
        Assert.Equal("event_not_found", (await hub.Http.SendAsync(HttpMethod.Delete, $"/event_endpoints/{id}")).Code);
        Assert.Equal("account_not_found", (await hub.Http.SendAsync(HttpMethod.Get, $"/accounts/acc_{id}")).Code);
        Assert.Equal(
            "account_not_found",
            (
                await hub.Http.SendAsync(
                    HttpMethod.Get,
                    $"/accounts/acc_01{id.ToUpperInvariant().Replace('-', '0').Replace('U', '0').PadLeft(24, '0')}/state"
                )
            ).Code
        );
        Assert.Equal("quota_not_found", (await hub.Http.SendAsync(HttpMethod.Get, $"/quotas/client-{id}")).Code);
        Assert.Equal(
            "connect_session_not_found",
            (await hub.Http.SendAsync(HttpMethod.Post, "/connect_sessions/authenticate", new { token })).Code
        );
    }

    private static async Task<double> ActivationsAsync(ServerProcess hub)
    {
        var metrics = await hub.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        return Regex
            .Matches(metrics, "^orleans_catalog_activations[^{ ]*(?:\\{[^}]*\\})? ([0-9.e+]+)", RegexOptions.Multiline)
            .Sum(match => double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
    }
}
