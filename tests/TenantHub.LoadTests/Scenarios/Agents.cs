using System.Net.Http.Headers;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Peers;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Scenarios;

/// <remarks>
/// First many agents, each a client of the protocol's own library, on few accounts that share a client id: they ask for more than Autodesk's
/// limit allows, and what the emulator saw is judged as in <see cref="QuotaSaturation"/>. Then the CPU time of a tool call beside that of the
/// same rpc call, in turns at one hub.
/// </remarks>
internal sealed class Agents : IScenario
{
    public string Name => "agents";

    public string Sentence =>
        "200 agents at once on 50 accounts of one client id: Autodesk never answers 429, every account gets the same, and a tool call costs little more than an rpc call.";

    public bool IsCheck => false; // Servers of its own, and clients of a library: more than seconds.

    public async Task RunAsync(ScenarioRun run)
    {
        run.Setup =
            "hub processes over HTTP, SQLite; agents and emulator in this process; for the cost a bare upstream in a process of its own";
        run.Phase("starting");
        var wrong = await ShareAsync(run);
        wrong += await CompareAsync(run);
        run.Note("errors", wrong);
    }

    private static async Task<int> ShareAsync(ScenarioRun run)
    {
        var window = TimeSpan.FromSeconds(run.Pick(60, 3));
        var limit = run.Pick(600, 150);
        var time = run.Time(normal: 3 * 60, inShort: 3 * 3);
        await using var autodesk = await EmulatedAutodesk.StartAsync();
        await using var hub = await ServerProcess.StartAsync(
            autodesk.Address,
            settings: new Dictionary<string, string>
            {
                ["TenantHub__Quotas__Window"] = window.ToString(),
                ["TenantHub__Quotas__Limits__dm-hub"] = $"{limit}",
                ["TenantHub__Quotas__Limits__dm-hubs"] = "1000000",
                ["Logging__LogLevel__Default"] = "Warning",
            }
        );
        run.Sample = () => Task.FromResult(ProcessSample.OfAll([hub.ProcessId]));
        var key =
            (await hub.Http.SendAsync(HttpMethod.Post, "/keys", new { name = "agents", role = "backend" })).Text("key")
            ?? throw new InvalidOperationException("No key.");
        var accounts = await LinkAsync(run, hub, autodesk, run.Accounts(normal: 50, inShort: 20));
        var agents = await ConnectAsync(run, hub, key, accounts, 4 * accounts.Count);
        await Saturation.CountAsync(autodesk, limit, window);
        await Journal.ClearAsync(autodesk);

        run.Phase($"{agents.Count} agents on {accounts.Count} accounts, {limit} calls in {window.TotalSeconds} s");
        var (calls, began) = (run.Recorder.Tally("tool calls"), run.Recorder.Elapsed);
        var ended = TimeProvider.System.GetUtcNow() + time;
        await Pace.ClosedAsync(
            agents.Count,
            time,
            async (agent, _, since) =>
            {
                var result = await agents[agent].CallToolAsync("autodesk_get_hub");
                var code = result.IsError is true ? result.StructuredContent?.GetProperty("code").GetString() ?? "no code" : null;
                run.Recorder.Add(calls, TimeProvider.System.GetElapsedTime(since), code);
            }
        );
        var late = TimeProvider.System.GetUtcNow() - ended;
        var journal = await Journal.ReadAsync(autodesk);
        Saturation.Note(
            run,
            journal,
            began,
            window,
            (int)(time / window),
            limit,
            [.. accounts.Select(account => $"/project/v1/hubs/b.{account.Emulated.Id}")]
        );
        run.Note("agents", agents.Count);
        run.Note("tool calls answered", calls.Succeeded);
        run.Note("refused at once or in time", calls.Errors());
        run.Note("longest wait, in windows", calls.MaxMilliseconds / window.TotalMilliseconds);
        run.Note("last answer after the end", late.TotalSeconds, "s");
        foreach (var agent in agents)
            await agent.DisposeAsync();
        return calls.Errors("quota_exceeded", "deadline_exceeded", "lane_full");
    }

    private static async Task<IReadOnlyList<(string Id, AutodeskAccount Emulated)>> LinkAsync(
        ScenarioRun run,
        ServerProcess hub,
        EmulatedAutodesk autodesk,
        int count
    )
    {
        run.Phase($"linking {count} accounts");
        var accounts = new List<(string, AutodeskAccount)>(count);
        foreach (var emulated in await autodesk.AddAccountsAsync(count))
        {
            var linked = await hub.Http.LinkAsync(autodesk.ClientId, autodesk.ClientSecret.Reveal(), emulated.Id);
            accounts.Add((linked.Text("id") ?? throw new InvalidOperationException($"Not linked: {linked.Body}"), emulated));
        }

        return accounts;
    }

    private static async Task<IReadOnlyList<McpClient>> ConnectAsync(
        ScenarioRun run,
        ServerProcess hub,
        string key,
        IReadOnlyList<(string Id, AutodeskAccount Emulated)> accounts,
        int count
    )
    {
        run.Phase($"connecting {count} agents");
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 2_000 }) { Timeout = TimeSpan.FromMinutes(3) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var agents = new McpClient[count];
        await Pace.EachAsync(
            count,
            16,
            async (i, _) =>
                agents[i] = await McpClient.CreateAsync(
                    new HttpClientTransport(
                        new()
                        {
                            Endpoint = new Uri(hub.Address, "/mcp/" + accounts[i % accounts.Count].Id),
                            TransportMode = HttpTransportMode.StreamableHttp,
                        },
                        http
                    ),
                    new()
                    {
                        ClientInfo = new Implementation { Name = $"agent {i}", Version = "1" },
                    }
                )
        );
        return agents;
    }

    private static async Task<int> CompareAsync(ScenarioRun run)
    {
        var accounts = run.Pick(500, 50);
        await using var peers = await PeerComparison.StartAgentsAsync(accounts, run.Phase);
        await peers.SetAsync(1024, 0);
        var all = await peers.MeasureAsync(run.Pick(9, 3), run.Pick(1.5, 0.5), null, accounts, null, turn => run.Phase($"cost: {turn}"));
        var rpc = all.First(one => one.Name == PeerComparison.Rpc);
        foreach (var one in all)
        {
            run.Note($"{one.Name}: CPU", one.Median(turn => turn.CpuMicroseconds), "µs");
            if (one != rpc)
                run.Note($"{one.Name}: CPU, in units of the rpc call", one.Ratio(rpc, turn => turn.CpuMicroseconds));
            run.Note($"{one.Name}: allocated", one.Median(turn => turn.AllocatedBytes) / 1024, "KB");
            run.Note($"{one.Name}: calls", one.Median(turn => turn.PerSecond), "/s");
        }

        return all.Sum(one => one.Errors);
    }
}
