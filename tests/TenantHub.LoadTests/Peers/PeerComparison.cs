using System.Globalization;
using System.Net;
using TenantHub.LoadTests.Load;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Peers;

/// <summary>
/// The hub beside what else one could put in front of Autodesk: one machine, one run, the same upstream, the same payloads; in every round
/// each takes its turn, and who begins changes. Ratios are medians over the rounds.
/// </summary>
internal sealed class PeerComparison : IAsyncDisposable
{
    public const string Rpc = "rpc call";

    private const int Connections = 64;
    private const int LinkedAtOnce = 25;
    private const int WarmUpCalls = 40_000;
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<PeerTarget> _targets = [];
    private readonly HashSet<string> _warm = [];
    private Uri _upstream = null!;

    private PeerComparison() { }

    /// <summary>The hub beside its peers.</summary>
    public static async Task<PeerComparison> StartAsync(int accounts, Action<string> tell)
    {
        var comparison = await StartUpstreamAsync();
        var behind = comparison._upstream.ToString().TrimEnd('/');
        var (hub, target) = await comparison.AddHubAsync("hub", [], accounts, tell);
        comparison._targets.InsertRange(
            0,
            [
                PeerTarget.Direct(comparison._upstream),
                PeerTarget.Of("YARP", comparison.Own(await PeerProcess.StartAsync("yarp", behind))),
                PeerTarget.Of("YARP, limiter per tenant", comparison.Own(await PeerProcess.StartAsync("yarp-limited", behind))),
                PeerTarget.Of("minimal API, Polly", comparison.Own(await PeerProcess.StartAsync("plain", behind))),
            ]
        );
        comparison._targets.Add(
            PeerTarget.OfClient(
                comparison.Own(await PeerProcess.StartAsync("orleans-client", hub.GatewayPort.ToString(CultureInfo.InvariantCulture))),
                hub
            )
        );
        for (var i = 0; i < comparison._targets.Count; i++)
            comparison._targets[i] = comparison._targets[i] with { Accounts = target.Accounts };
        return comparison;
    }

    /// <summary>The hub beside itself: with one thing switched off, and with requests that go only a part of the way.</summary>
    public static async Task<PeerComparison> StartPartsAsync(int accounts, Action<string> tell)
    {
        var comparison = await StartUpstreamAsync();
        var (_, whole) = await comparison.AddHubAsync("hub", [], accounts, tell);
        comparison._targets.Insert(
            0,
            PeerTarget.Of("YARP", comparison.Own(await PeerProcess.StartAsync("yarp", comparison._upstream.ToString().TrimEnd('/')))) with
            {
                Accounts = whole.Accounts,
            }
        );
        comparison._targets.AddRange([
            whole.Instead(
                "to the health check (nobody signed in)",
                request =>
                    "GET /health/live"
                    + request[
                        request.IndexOf(" HTTP/1.1", StringComparison.Ordinal)..request.IndexOf("Content-Type", StringComparison.Ordinal)
                    ]
                    + "\r\n"
            ),
            whole.Instead(
                "to the account header (signed in)",
                request => request.Replace("x-account-id", "x-other", StringComparison.Ordinal)
            ),
            whole.Instead(
                "to the account grain (recorded)",
                request => request.Replace("autodesk_get_hub", "autodesk_no_such", StringComparison.Ordinal)
            ),
        ]);
        await comparison.AddHubAsync("without quotas", new() { ["TenantHub__Quotas__Enabled"] = "false" }, accounts, tell);
        await comparison.AddHubAsync("without call log", new() { ["TenantHub__CallLog__Enabled"] = "false" }, accounts, tell);
        await comparison.AddHubAsync("without repeats", new() { ["TenantHub__Resilience__MaxRetries"] = "0" }, accounts, tell);
        return comparison;
    }

    /// <summary>A tool call beside the same call of POST /actions/rpc, at one hub: as clients of last year send it, as the newest revision
    /// wants it, and one that is left to the protocol's library.</summary>
    public static async Task<PeerComparison> StartAgentsAsync(int accounts, Action<string> tell)
    {
        var comparison = await StartUpstreamAsync();
        var (_, rpc) = await comparison.AddHubAsync(Rpc, [], accounts, tell);
        const string Both = "Accept: application/json, text/event-stream\r\n";
        const string Plain = """{"name":"autodesk_get_hub","arguments":{}}""";
        comparison._targets.AddRange([
            rpc.AsToolCall("tool call", Both, Plain),
            rpc.AsToolCall("tool call, by the library", "Accept: text/event-stream\r\n", Plain),
            rpc.AsToolCall(
                "tool call, newest",
                Both + "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: autodesk_get_hub\r\n",
                """{"name":"autodesk_get_hub","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"load","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}"""
            ),
        ]);
        return comparison;
    }

    private static async Task<PeerComparison> StartUpstreamAsync()
    {
        var comparison = new PeerComparison();
        comparison._upstream = comparison.Own(await PeerProcess.StartAsync("upstream")).Address;
        return comparison;
    }

    public async Task SetAsync(int bodyBytes, int delayMs)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        (await http.GetAsync(new Uri(_upstream, $"/_set?bytes={bodyBytes}&delay={delayMs}"))).EnsureSuccessStatusCode();
    }

    /// <summary>Puts the load on each target in turn.</summary>
    /// <param name="rounds">How often.</param>
    /// <param name="seconds">How long each time.</param>
    /// <param name="perSecond">The rate; null for as fast as it goes.</param>
    /// <param name="accounts">How many of the accounts take part.</param>
    /// <param name="only">The names of those that take part; null for all.</param>
    /// <param name="tell">Told of every turn.</param>
    public async Task<IReadOnlyList<PeerFigures>> MeasureAsync(
        int rounds,
        double seconds,
        double? perSecond,
        int accounts,
        IReadOnlyCollection<string>? only,
        Action<string> tell
    )
    {
        var targets = _targets.Where(target => only is null || only.Contains(target.Name)).ToList();
        var figures = targets.ToDictionary(target => target.Name, target => new PeerFigures(target.Name));
        foreach (var target in targets)
            await WarmUpAsync(target, accounts);
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < targets.Count; i++)
            {
                var target = targets[(i + round) % targets.Count];
                var turn = await TurnAsync(target, seconds, perSecond, accounts, Connections);
                figures[target.Name].Turns.Add(turn);
                tell($"round {round + 1} of {rounds}: {target.Name} {turn.PerSecond:N0}/s");
            }
        }

        return [.. targets.Select(target => figures[target.Name])];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _owned.AsEnumerable().Reverse())
            await one.DisposeAsync();
    }

    /// <summary>Until the code is compiled for good: the runtime does that in steps while it runs. Measured: after 40,000 calls nothing
    /// changes any more.</summary>
    private async Task WarmUpAsync(PeerTarget target, int accounts)
    {
        if (!_warm.Add(target.Name))
            return;
        for (var calls = 0.0; calls < WarmUpCalls; )
        {
            var turn = await TurnAsync(target, 2, null, accounts, Connections);
            calls += turn.PerSecond * 2;
            if (turn.Errors > 0)
                throw new InvalidOperationException(
                    $"{turn.Errors} calls of {target.Name} failed, so the run would measure something else."
                );
        }
    }

    private async Task<PeerTurn> TurnAsync(PeerTarget target, double seconds, double? perSecond, int accounts, int connections)
    {
        using var load = await HttpLoad.OpenAsync(
            target.Address,
            [.. target.Accounts.Take(accounts).Select(target.Request)],
            connections,
            target.AnyStatus
        );
        var (cpu, allocated) = (target.CpuTime?.Invoke(), target.AllocatedAsync is { } before ? await before() : double.NaN);
        var result = perSecond is { } rate
            ? await load.OpenAsync(TimeSpan.FromSeconds(seconds), rate)
            : await load.ClosedAsync(TimeSpan.FromSeconds(seconds));
        var used = target.CpuTime is { } now ? (now() - cpu!.Value).TotalMicroseconds : double.NaN;
        var bytes = target.AllocatedAsync is { } after ? await after() - allocated : double.NaN;
        var calls = Math.Max(1, result.Latencies.Length);
        return new PeerTurn(result.PerSecond, result.Percentile(0.5), result.Percentile(0.99), used / calls, bytes / calls, result.Errors);
    }

    private T Own<T>(T started)
        where T : IAsyncDisposable
    {
        _owned.Add(started);
        return started;
    }

    private async Task<(ServerProcess Hub, PeerTarget Target)> AddHubAsync(
        string name,
        Dictionary<string, string> settings,
        int accounts,
        Action<string> tell
    )
    {
        var hub = Own(
            await ServerProcess.StartAsync(
                _upstream,
                settings: Settings().Concat(settings).Append(new("TenantHub__Orleans__Gateway", "true")).ToDictionary()
            )
        );
        var target = PeerTarget.Of(name, hub, await MakeKeyAsync(hub.Http)) with { Accounts = await LinkAsync(hub.Http, accounts, tell) };
        _targets.Add(target);
        return (hub, target);
    }

    /// <summary>A stored key, as a Hub backend has it.</summary>
    private static async Task<string> MakeKeyAsync(HttpClient hub)
    {
        var key = await hub.SendAsync(HttpMethod.Post, "/keys", new { name = "load", role = "backend" });
        return key.Text("key") ?? throw new InvalidOperationException($"No key: {key.Body}");
    }

    /// <summary>All accounts share one profile, so one client id, one token and one quota: the hardest case for the hub.</summary>
    private async Task<IReadOnlyList<string>> LinkAsync(HttpClient hub, int count, Action<string> tell)
    {
        var profile = await hub.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = "load",
                name = "Load",
                credentials = new { client_id = "load-client", client_secret = "load-secret" },
                enabled_actions = new[] { "autodesk_get_hub" },
            }
        );
        if (profile.Status is not HttpStatusCode.Created)
            throw new InvalidOperationException($"No profile: {profile.Body}");
        using var http = new HttpClient(new SocketsHttpHandler());
        var ids = new List<string>(count);
        while (ids.Count < count)
        {
            var batch = Enumerable.Range(0, Math.Min(LinkedAtOnce, count - ids.Count)).Select(_ => Guid.NewGuid().ToString()).ToList();
            (
                await http.GetAsync(new Uri(_upstream, "/_hubs?" + string.Join('&', batch.Select(id => "id=" + id))))
            ).EnsureSuccessStatusCode();
            foreach (var linked in await Task.WhenAll(batch.Select(id => hub.LinkAsync("", "", id, profile: "load"))))
                ids.Add(linked.Text("id") ?? throw new InvalidOperationException($"Not linked: {linked.Body}"));
            if (ids.Count % 500 < LinkedAtOnce)
                tell($"linked {ids.Count} of {count} accounts");
        }

        return ids;
    }

    /// <summary>Everything on, and limits that nobody reaches.</summary>
    private static Dictionary<string, string> Settings() =>
        new()
        {
            ["TenantHub__Quotas__Limits__dm-hub"] = "1000000",
            ["TenantHub__Quotas__Limits__dm-hubs"] = "1000000",
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Logging__LogLevel__Default"] = "Warning",
        };
}

/// <summary>One turn of one target. Times in milliseconds, CPU in microseconds and allocation in bytes, both per call.</summary>
internal sealed record PeerTurn(double PerSecond, double P50, double P99, double CpuMicroseconds, double AllocatedBytes, int Errors);

/// <summary>All turns of one target.</summary>
internal sealed record PeerFigures(string Name)
{
    public List<PeerTurn> Turns { get; } = [];

    public int Errors => Turns.Sum(turn => turn.Errors);

    public double Median(Func<PeerTurn, double> figure) => Turns.Select(figure).Order().ElementAt(Turns.Count / 2);

    /// <summary>The median of the ratios within each round.</summary>
    public double Ratio(PeerFigures other, Func<PeerTurn, double> figure) =>
        Turns.Zip(other.Turns, (mine, its) => figure(mine) / figure(its)).Order().ElementAt(Turns.Count / 2);

    /// <summary>The median of the differences within each round.</summary>
    public double Difference(PeerFigures other, Func<PeerTurn, double> figure) =>
        Turns.Zip(other.Turns, (mine, its) => figure(mine) - figure(its)).Order().ElementAt(Turns.Count / 2);
}
