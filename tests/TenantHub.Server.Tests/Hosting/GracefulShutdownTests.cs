using System.Net;
using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Hosting;

/// <summary>What callers and a load balancer see between SIGTERM and the end.</summary>
public sealed class GracefulShutdownTests(ServerFixture fixture)
{
    [Fact]
    public async Task ToldToStop_HubSaysSoFirst_FinishesWhatRuns_AndRefusesWhatWaits()
    {
        await using var hub = await ServerProcess.StartAsync(
            fixture.Emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Shutdown__Notice"] = "00:00:04" }
        );
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var account = (await hub.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!)).Text("id")!;
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/hq/v1/accounts/{(string)emulated["acc_account_id"]!}" },
                kind = "latency",
                delay_ms = 9000,
                times = 1,
            }
        );
        var running = hub.Http.RpcAsync(account, new { action = "autodesk_list_account_users" });
        await UntilAsync(state => state["lane"]!["running"]!.AsArray() is [{ } call] && (string?)call["phase"] == "autodesk");
        var waiting = hub.Http.RpcAsync(account, new { action = "autodesk_list_buckets" });
        await UntilAsync(state => state["lane"]!["waiting"]!.AsArray().Count == 1);

        var end = hub.TerminateAsync();
        var ready = HttpStatusCode.OK;
        await Until.TrueAsync(async () => (ready = await ReadyAsync()) is not HttpStatusCode.OK, "the hub says that it is not ready");
        var still = await hub.Http.SendAsync(HttpMethod.Get, $"/accounts/{account}"); // Not ready, and serving all the same.
        var (answered, refused) = (await running, await waiting);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (ready, still.Status));
        Assert.Equal(HttpStatusCode.OK, answered.Status);
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "hub_unavailable", "1"),
            (refused.Status, refused.Code, refused.Headers["retry-after"])
        );
        Assert.Equal(0, await end);
        Assert.DoesNotContain(
            await fixture.Emulator.JournalAsync(clientId),
            record => record.Path.StartsWith("/oss", StringComparison.Ordinal)
        );

        async Task<HttpStatusCode> ReadyAsync()
        {
            using var answer = await hub.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.StatusCode;
        }

        Task UntilAsync(Func<JsonNode, bool> condition) =>
            Until.TrueAsync(
                async () => condition((await hub.Http.SendAsync(HttpMethod.Get, $"/accounts/{account}/state")).Body!),
                "the lane is as wanted"
            );
    }
}
