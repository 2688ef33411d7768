using System.Net;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Telemetry;

public sealed class DashboardTests(ServerFixture fixture)
{
    [Fact]
    public async Task WithoutTheSetting_ThereIsNoDashboard() =>
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(fixture.Http, "/dashboard"));

    [Fact]
    public async Task Dashboard_IsForOperators_AndShowsNoServerLog()
    {
        await using var hub = await ServerProcess.StartAsync(
            fixture.Emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Dashboard__Enabled"] = "true" }
        );
        using var nobody = hub.NewClient(null);

        foreach (var path in new[] { "/dashboard/", "/dashboard/ClusterStats", "/dashboard/DashboardCounters" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(nobody, path));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(hub.Http, path));
        }

        Assert.NotEqual(HttpStatusCode.OK, await StatusAsync(hub.Http, "/dashboard/Trace"));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path) =>
        (
            await client.GetAsync(
                new Uri(path, UriKind.Relative),
                HttpCompletionOption.ResponseHeadersRead,
                TestContext.Current.CancellationToken
            )
        ).StatusCode;
}
