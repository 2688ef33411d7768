using System.Diagnostics;
using System.Globalization;
using System.Text;
using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Scenarios;

internal sealed class Soak : IScenario
{
    private const int Connections = 32;

    public string Name => "soak";

    public string Sentence =>
        "A hub process under a constant load over HTTP for long: what it holds (memory after a full collection, handles, connections) stays level.";

    public bool IsCheck => false;

    public async Task RunAsync(ScenarioRun run)
    {
        run.Setup = "1 hub process over HTTP, SQLite, bare upstream in a process of its own";
        run.Phase($"starting {run.Setup}");
        await using var autodesk = await BareAutodesk.StartAsync();
        await using var hub = await ServerProcess.StartAsync(
            autodesk.Address,
            settings: new Dictionary<string, string>
            {
                ["TenantHub__Quotas__Limits__dm-hub"] = "1000000",
                ["TenantHub__Quotas__Limits__dm-hubs"] = "1000000",
                ["Logging__LogLevel__Default"] = "Warning",
            }
        );
        using var process = Process.GetProcessById(hub.ProcessId);
        run.Sample = async () => ProcessSample.Of(process, await ManagedBytesAsync(hub));
        var requests = await LinkAsync(run, hub, autodesk, run.Accounts(normal: 1000, inShort: 100));
        using var load = await HttpLoad.OpenAsync(hub.Address, requests, Connections);
        var (calls, rate, time) = (run.Recorder.Tally("calls"), run.Pick(300, 200), run.Time(normal: 3600, inShort: 60));

        // Caches, pools and the call log's queue fill up in the first part; it does not count.
        run.Phase("the first part, not counted");
        await CallAsync(time / 6);
        var before = await SettledAsync(hub, process);
        run.Phase("calling");
        await CallAsync(time * 5 / 6);
        var after = await SettledAsync(hub, process);

        run.Note("errors", calls.Errors());
        run.Note("managed memory at the end, in units of that at the start", after.ManagedBytes / before.ManagedBytes);
        run.Note("handles grown", after.Handles - before.Handles);
        run.Note("connections grown", after.Connections - before.Connections);
        run.Note("managed memory", after.ManagedBytes / 1024 / 1024, "MB");
        run.Note("resident memory, in units of that at the start", after.ResidentBytes / before.ResidentBytes);

        // A second at a time, so that the report shows each.
        async Task CallAsync(TimeSpan part)
        {
            for (var left = (int)part.TotalSeconds; left > 0; left--)
            {
                var second = await load.OpenAsync(TimeSpan.FromSeconds(1), rate);
                foreach (var milliseconds in second.Latencies)
                    run.Recorder.Add(calls, TimeSpan.FromMilliseconds(milliseconds), null);
                for (var i = 0; i < second.Errors; i++)
                    run.Recorder.Add(calls, TimeSpan.Zero, "failed");
            }
        }
    }

    private static async Task<IReadOnlyList<byte[]>> LinkAsync(ScenarioRun run, ServerProcess hub, BareAutodesk autodesk, int count)
    {
        var profile = await hub.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = "soak",
                name = "Soak",
                credentials = new { client_id = autodesk.ClientId, client_secret = autodesk.ClientSecret.Reveal() },
                enabled_actions = new[] { "autodesk_get_hub" },
            }
        );
        if (profile.Text("id") is null)
            throw new InvalidOperationException($"No profile: {profile.Body}");
        var key = (await hub.Http.SendAsync(HttpMethod.Post, "/keys", new { name = "soak", role = "backend" })).Text("key");
        var requests = new List<byte[]>();
        while (requests.Count < count)
        {
            run.Phase($"linked {requests.Count} of {count} accounts");
            var batch = await autodesk.AddAccountsAsync(Math.Min(25, count - requests.Count));
            foreach (var linked in await Task.WhenAll(batch.Select(account => hub.Http.LinkAsync("", "", account.Id, profile: "soak"))))
            {
                const string Body = """{"action":"autodesk_get_hub"}""";
                var account = linked.Text("id") ?? throw new InvalidOperationException($"Not linked: {linked.Body}");
                requests.Add(
                    Encoding.ASCII.GetBytes(
                        $"POST /actions/rpc HTTP/1.1\r\nHost: {hub.Address.Authority}\r\nAuthorization: Bearer {key}\r\nx-account-id: {account}\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"
                    )
                );
            }
        }

        return requests;
    }

    private static async Task<ProcessSample> SettledAsync(ServerProcess hub, Process process)
    {
        await FullCollection.ForceAsync(hub.ProcessId);
        return ProcessSample.Of(process, await ManagedBytesAsync(hub));
    }

    /// <summary>What the last collection has left on the heap, as the hub's own metrics tell it.</summary>
    private static async Task<double> ManagedBytesAsync(ServerProcess hub)
    {
        var metrics = await hub.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        return metrics
            .Split('\n')
            .Where(line => line.StartsWith("dotnet_gc_last_collection_heap_size_bytes{", StringComparison.Ordinal))
            .Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
    }
}
