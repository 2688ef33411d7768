using System.Net;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Telemetry;

/// <summary>Traces as they leave the process, and what never leaves it.</summary>
public sealed class TraceTests(TracedServer traced) : IClassFixture<TracedServer>
{
    private const int Server = 2;
    private const int Client = 3;

    private readonly EmulatorHost _emulator = traced.Emulator;
    private readonly OtlpReceiver _receiver = traced.Receiver;
    private readonly ServerProcess _hub = traced.Hub;

    [Fact]
    public async Task OneCall_IsOneTrace_FromTheCallersSpanToAutodesk()
    {
        var (account, clientId, _) = await LinkAsync();
        var (traceId, callersSpan) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");

        var answer = await _hub.Http.RpcAsync(
            account,
            new { action = "autodesk_list_buckets", query = new { startAt = "planted-query-value" } },
            ("traceparent", $"00-{traceId}-{callersSpan}-01")
        );

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var trace = await _receiver.TraceAsync(traceId);
        var ids = trace.Select(span => span.SpanId).ToHashSet();
        var root = Assert.Single(trace, span => !ids.Contains(span.ParentId));
        Assert.Equal((callersSpan, "POST /actions/rpc", Server), (root.ParentId, root.Name, root.Kind));

        var call = Assert.Single(trace, span => span.Name == "call autodesk_list_buckets");
        Assert.Equal(
            (account, "succeeded", answer.Headers["x-request-id"]),
            (call.Tags["tenanthub.account.id"], call.Tags["tenanthub.outcome"], call.Tags["tenanthub.call.id"])
        );
        Assert.Contains(
            trace,
            span => span.SpanId == call.ParentId && span.Tags["rpc.method"] == "TenantHub.Accounts.ILinkedAccountGrain/RunActionAsync"
        );
        foreach (var step in new[] { "lane", "token", "quota" })
            Assert.Equal(call.SpanId, Assert.Single(trace, span => span.Name == step).ParentId);

        var request = Assert.Single(trace, span => span.Name == "GET /oss/v2/buckets");
        Assert.Equal((call.SpanId, Client), (request.ParentId, request.Kind));
        Assert.Equal(
            [
                ("http.request.method", "GET"),
                ("http.response.status_code", "200"),
                ("server.address", "127.0.0.1"),
                ("url.template", "/oss/v2/buckets"),
            ],
            request.Tags.Select(tag => (tag.Key, tag.Value)).Order()
        );

        var token = Assert.Single(trace, span => span.Name == "POST /authentication/v2/token");
        Assert.Contains(Ancestors(trace, token), span => span.Name == "token");

        // The trace ends here: Autodesk is told nothing of it.
        Assert.All(await _emulator.JournalAsync(clientId, tokens: true), seen => Assert.DoesNotContain("traceparent", seen.Headers.Keys));
    }

    [Fact]
    public async Task FailedRequest_IsMarkedOnItsSpan_AndTheCallSaysWhy()
    {
        var (account, _, _) = await LinkAsync();
        await _emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/oss/v2/buckets" },
                kind = "status",
                status = 500,
                times = 4,
            }
        );
        const string TraceId = "1af7651916cd43dd8448eb211c80319c";

        await _hub.Http.RpcAsync(account, new { action = "autodesk_list_buckets" }, ("traceparent", $"00-{TraceId}-b7ad6b7169203331-01"));

        var trace = await _receiver.TraceAsync(TraceId);
        var requests = trace.Where(span => span.Name == "GET /oss/v2/buckets").ToList();
        Assert.Equal(4, requests.Count); // The first and three repeats.
        Assert.All(
            requests,
            request => Assert.Equal(("500", "500"), (request.Tags["http.response.status_code"], request.Tags["error.type"]))
        );
        Assert.Equal(
            "autodesk_unavailable",
            Assert.Single(trace, span => span.Name == "call autodesk_list_buckets").Tags["tenanthub.outcome"]
        );
    }

    [Fact]
    public async Task PlantedSecrets_AreInNoTraceMetricOrLog()
    {
        var (account, clientId, secret) = await LinkAsync();
        var wrong = await _hub.Http.LinkAsync(clientId, secret + "-typo", Guid.NewGuid().ToString());
        Assert.Equal(HttpStatusCode.Forbidden, wrong.Status);
        await _hub.Http.RpcAsync(account, new { action = "planted-in-the-action" });
        await _hub.Http.RpcAsync(account, new { action = "autodesk_list_buckets", query = new { startAt = "planted-in-the-query" } });
        await _hub.Http.RpcAsync(
            account,
            new { action = "autodesk_get_folder", path = new { project_id = "planted-in-the-path", folder_id = "planted-in-the-path" } }
        );
        await _hub.Http.RpcAsync(
            account,
            new { action = "autodesk_create_bucket", body = new { bucketKey = "planted-in-the-body", policyKey = "transient" } }
        );
        using (var browser = _hub.NewClient(null))
        {
            browser.DefaultRequestHeaders.UserAgent.ParseAdd("planted-in-the-agent");
            using var page = await browser.GetAsync(
                new Uri("/link/planted-in-the-url?token=planted-in-the-url", UriKind.Relative),
                TestContext.Current.CancellationToken
            );
            Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        }

        const string TraceId = "2af7651916cd43dd8448eb211c80319c";
        await _hub.Http.RpcAsync(account, new { action = "autodesk_list_hubs" }, ("traceparent", $"00-{TraceId}-b7ad6b7169203331-01"));

        await _receiver.TraceAsync(TraceId); // Sent in order: what was before it is here too.
        await _receiver.WaitForAllSignalsAsync();
        var metrics = await _hub.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Contains(account, _receiver.Everything, StringComparison.Ordinal); // The search does find what is there.
        Assert.Contains("tenanthub_calls_total", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain(account, metrics, StringComparison.Ordinal);
        foreach (var planted in new[] { secret, "-typo", ".emulated", ServerProcess.AdminKey, "planted-in-" })
        {
            Assert.DoesNotContain(planted, _receiver.Everything, StringComparison.Ordinal);
            Assert.DoesNotContain(planted, metrics, StringComparison.Ordinal);
        }
    }

    private async Task<(string Account, string ClientId, string Secret)> LinkAsync()
    {
        var (clientId, secret) = await _emulator.AddAppAsync();
        var account = await _emulator.AddAccountAsync([clientId]);
        return ((await _hub.Http.LinkAsync(clientId, secret, (string)account["acc_account_id"]!)).Text("id")!, clientId, secret);
    }

    private static IEnumerable<OtlpSpan> Ancestors(IReadOnlyList<OtlpSpan> trace, OtlpSpan span)
    {
        for (
            var at = trace.FirstOrDefault(other => other.SpanId == span.ParentId);
            at is not null;
            at = trace.FirstOrDefault(other => other.SpanId == at.ParentId)
        )
            yield return at;
    }
}

/// <summary>A hub that sends its telemetry to a receiver.</summary>
public sealed class TracedServer : IAsyncLifetime
{
    public EmulatorHost Emulator { get; private set; } = null!;

    public ServerProcess Hub { get; private set; } = null!;

    internal OtlpReceiver Receiver { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Emulator = await EmulatorHost.StartAsync();
        Receiver = await OtlpReceiver.StartAsync();
        Hub = await ServerProcess.StartAsync(Emulator.Address, settings: Receiver.Settings);
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Receiver.DisposeAsync();
        await Emulator.DisposeAsync();
    }
}
