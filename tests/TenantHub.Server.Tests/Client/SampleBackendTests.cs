using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using TenantHub.Server.Cli;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Client;

/// <summary>The sample backend as a process beside a server: its customer links, sees projects, and is told what happened.</summary>
[Collection(LoopbackServer.Name)]
public sealed class SampleBackendTests(ServerFixture fixture, LoopbackServer loopback)
{
    private static readonly string Program = Path.Combine(
        Repository.Root,
        "src/TenantHub.SampleBackend/bin",
        CliRun.Configuration,
        "net10.0/TenantHub.SampleBackend.dll"
    );

    [Fact]
    public async Task Customer_Links_SeesItsProjects_AndIsToldWhatHappened()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var customer = "sample-" + clientId;
        var address = new Uri($"http://127.0.0.1:{FreePort.Find()}");
        var hub = loopback.Hub.Http;
        var key = (await hub.SendAsync(HttpMethod.Post, "/keys", new { name = "sample", role = "backend" })).Text("key")!;
        var endpoint = await hub.SendAsync(HttpMethod.Post, "/event_endpoints", new { url = new Uri(address, "/tenanthub-events") });
        using var process = Start(address, key, endpoint.Text("secret")!);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };
        try
        {
            await Until.TrueAsync(async () => await IsUpAsync(http), "the sample backend listens");
            using var led = await http.PostAsync(new Uri($"/customers/{customer}/link", UriKind.Relative), null, Cancel);
            using var form = new FormUrlEncodedContent([
                new("account_id", (string)emulated["acc_account_id"]!),
                new("region", "US"),
                new("client_id", clientId),
                new("client_secret", secret),
            ]);
            using var linked = await http.PostAsync(led.Headers.Location, form, Cancel);
            var page = "";
            await Until.TrueAsync(
                async () =>
                    (page = await http.GetStringAsync(new Uri($"/customers/{customer}", UriKind.Relative), Cancel)).Contains(
                        " account.",
                        StringComparison.Ordinal
                    ),
                "the sample backend has been told"
            );
            var projects = JsonNode
                .Parse(await http.GetStringAsync(new Uri($"/customers/{customer}/projects", UriKind.Relative), Cancel))!
                .AsArray();
            var others = await http.GetStringAsync(new Uri("/customers/sample-other/projects", UriKind.Relative), Cancel);
            using var forged = new StringContent("""{"type":"account.forged","timestamp":"2026-11-30T12:00:00Z","data":{}}""");
            forged.Headers.Add("webhook-id", "evt_forged");
            forged.Headers.Add("webhook-timestamp", $"{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}");
            forged.Headers.Add("webhook-signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
            using var refused = await http.PostAsync(new Uri("/tenanthub-events", UriKind.Relative), forged, Cancel);

            Assert.Equal((HttpStatusCode.SeeOther, HttpStatusCode.SeeOther), (led.StatusCode, linked.StatusCode));
            Assert.StartsWith(
                new Uri(loopback.Hub.Address, "/link/").ToString(),
                led.Headers.Location!.ToString(),
                StringComparison.Ordinal
            );
            Assert.Contains(": active.", page, StringComparison.Ordinal);
            Assert.Equal(
                emulated["projects"]!.AsArray().Select(project => "b." + (string)project!["id"]!).Order(),
                projects.Select(project => (string)project!["id"]!).Order()
            );
            Assert.All(projects, project => Assert.NotEmpty((string)project!["name"]!));
            Assert.Equal("[]", others);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            await hub.SendAsync(HttpMethod.Delete, $"/event_endpoints/{endpoint.Text("id")}");
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Process Start(Uri address, string key, string eventSecret)
    {
        var start = new ProcessStartInfo("dotnet");
        foreach (var argument in (string[])["exec", Program])
            start.ArgumentList.Add(argument);
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        start.Environment["Logging__LogLevel__Default"] = "Error";
        start.Environment["TenantHub__Address"] = loopback.Hub.Address.ToString();
        start.Environment["TenantHub__ApiKey"] = key;
        start.Environment["TenantHub__EventSecret"] = eventSecret;
        return Process.Start(start)!;
    }

    private static async Task<bool> IsUpAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/", UriKind.Relative), Cancel);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
