using System.Collections.Concurrent;
using Npgsql;
using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Scenarios;

/// <remarks>
/// Calls come at a fixed rate whatever becomes of them, through a load balancer that asks every half second who is ready. Each fault has
/// a load of its own, which begins some seconds before it and ends some seconds after it. A call is made once and allows ten seconds;
/// one of five is a write under a key. In the end every write that was accepted is looked for in the emulator's journal. Beside them an
/// administrator's requests go on, five a second: links, keys, profiles, sessions, descriptions and lists.
/// </remarks>
internal sealed class FleetFaults : IScenario
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    public string Name => "fleet-faults";

    public string Sentence =>
        "Three hubs under reads and keyed writes are restarted in turn, killed, frozen, cut off and put on a line that delays and loses, and their database is restarted, frozen and full: what callers see of it, and that no accepted write is lost or takes effect twice.";

    public bool IsCheck => false; // The tests of the cluster provoke the same, and hold what must never happen.

    public async Task RunAsync(ScenarioRun run)
    {
        var hubs = run.Silos(3);
        await using var network = await FleetNetwork.TryCreateAsync(hubs);
        run.Setup =
            $"{hubs} hub processes over HTTP{(network is null ? "" : " in networks of their own")}, PostgreSQL, emulator in this process";
        run.Phase($"starting {run.Setup}");
        await using var fleet = await ServerFleet.StartAsync(
            hubs,
            new Dictionary<string, string>
            {
                ["TenantHub__Quotas__Limits__dm-folder-create"] = "1000000",
                ["TenantHub__Quotas__Limits__dm-folder-contents"] = "1000000",
                ["TenantHub__Quotas__Limits__dm-hub"] = "1000000",
            },
            flushes: true,
            network
        );
        run.Sample = () => Task.FromResult(ProcessSample.OfAll(fleet.Hubs.Select(hub => hub.ProcessId)));
        using var load = await Load.StartAsync(run, fleet, run.Accounts(normal: 60, inShort: 12), run.Pick(50, 20));
        var outage = TimeSpan.FromSeconds(run.Pick(30, 5));

        await load.DuringAsync("nothing", () => Task.Delay(outage, Clock));
        await load.DuringAsync(
            "rolling restart",
            async () =>
            {
                foreach (var hub in fleet.Hubs)
                {
                    await hub.TerminateAsync();
                    await hub.StartAgainAsync();
                }
            }
        );
        var victim = load.HubWithMostAccounts();
        run.Note("accounts on the killed hub", load.AccountsOn(victim));
        await load.DuringAsync("kill -9", () => victim.KillAsync(), victim.StartAgainAsync);
        var frozen = load.HubWithMostAccounts();
        await load.DuringAsync(
            "frozen hub",
            async () =>
            {
                frozen.Freeze();
                await fleet.WaitForActiveServersAsync(hubs - 1);
            },
            async () =>
            {
                frozen.Thaw();
                await frozen.WaitForExitAsync();
                await frozen.StartAgainAsync();
            }
        );
        if (network is null)
            run.Remarks.Add("This machine makes no network namespaces, so no line between hubs was cut.");
        else
        {
            await CutAsync(load, fleet, network);
            if (await network.TryWeakenAsync(0, kilobits: 400))
                await load.DuringAsync("weak line", () => Task.Delay(outage, Clock), () => network.StrengthenAsync(0));
            else
                run.Remarks.Add("This machine has no slow lines, so nothing was delayed or lost.");
        }

        await load.DuringAsync(
            "database restarted",
            async () =>
            {
                await fleet.Database.StopAsync();
                await fleet.Database.StartAgainAsync();
            }
        );
        await load.DuringAsync(
            "database frozen",
            async () =>
            {
                fleet.Database.Freeze();
                await Task.Delay(outage, Clock);
                fleet.Database.Thaw();
            }
        );
        await load.DuringAsync(
            "database full",
            async () =>
            {
                await using var all = await Connections.TakeAllAsync(fleet.ConnectionString);
                await Task.Delay(outage, Clock);
            }
        );

        var (lost, twice) = (await Journal.ReadAsync(fleet.Emulator)).Check(load.Accepted);
        run.Note("errors", load.Wrong.Count);
        run.Note("accepted writes that Autodesk does not have", lost);
        run.Note("writes carried out twice", twice);
        run.Note("accepted writes", load.Accepted.Count);
        run.Remarks.AddRange(load.Wrong.Distinct().Take(10));
    }

    /// <summary>The first hub loses the others, in both directions; then what it sends to the second one is lost.</summary>
    private static async Task CutAsync(Load load, ServerFleet fleet, FleetNetwork network)
    {
        var others = Enumerable.Range(1, fleet.Hubs.Count - 1).ToList();
        await load.DuringAsync(
            "hub cut off from the others",
            async () =>
            {
                foreach (var other in others)
                    await Task.WhenAll(network.CutAsync(0, other), network.CutAsync(other, 0));
                await fleet.WaitForActiveServersAsync(others.Count);
            },
            async () =>
            {
                foreach (var other in others)
                    await Task.WhenAll(network.MendAsync(0, other), network.MendAsync(other, 0));
                await fleet.Hubs[0].WaitForExitAsync();
                await fleet.Hubs[0].StartAgainAsync();
            }
        );
        await load.DuringAsync(
            "line cut in one direction",
            async () =>
            {
                await network.CutAsync(0, 1);
                await fleet.WaitForActiveServersAsync(others.Count);
            },
            async () =>
            {
                await network.MendAsync(0, 1);
                await fleet.Hubs[0].WaitForExitAsync(); // It was started last, and gives way.
                await fleet.Hubs[0].StartAgainAsync();
            }
        );
    }

    private sealed record Caller(string Account, string Project, string Folder);

    /// <summary>The callers, their load balancer, and what they were told.</summary>
    private sealed class Load(ScenarioRun run, ServerFleet fleet, int perSecond) : IDisposable
    {
        private static readonly TimeSpan Around = TimeSpan.FromSeconds(5);
        private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(0.5);

        /// <summary>What says truly that nothing, or nothing more, could be done now.</summary>
        private static readonly string[] Truthful =
        [
            "hub_unavailable",
            "storage_unavailable",
            "deadline_exceeded",
            "idempotency_key_in_use",
            "lane_full",
            "no answer",
        ];

        private readonly List<HttpClient> _clients = [.. fleet.Hubs.Select(NewClient)];
        private readonly bool[] _ready = new bool[fleet.Hubs.Count];
        private readonly CancellationTokenSource _end = new();
        private readonly List<Caller> _callers = [];
        private string _clientId = "";
        private string _secret = "";
        private int _next;
        private int _writes;

        public ConcurrentBag<string> Accepted { get; } = [];

        public ConcurrentQueue<string> Wrong { get; } = new();

        public static async Task<Load> StartAsync(ScenarioRun run, ServerFleet fleet, int count, int perSecond)
        {
            var load = new Load(run, fleet, perSecond);
            var (clientId, secret) = await fleet.Emulator.AddAppAsync();
            (load._clientId, load._secret) = (clientId, secret);
            for (var i = 0; i < count; i++)
            {
                run.Phase($"linking account {i + 1} of {count}");
                var emulated = await fleet.Emulator.AddAccountAsync([clientId]);
                var project = emulated["projects"]![0]!;
                var linked = await fleet.Hubs[i % fleet.Hubs.Count].Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!);
                var id = linked.Text("id") ?? throw new InvalidOperationException($"Not linked: {linked.Body}");
                load._callers.Add(new Caller(id, (string)project["id"]!, (string)project["folders"]![0]!["id"]!));
            }

            for (var hub = 0; hub < fleet.Hubs.Count; hub++)
                _ = load.WatchAsync(hub);
            return load;
        }

        /// <summary>Each hub says in its log which accounts it has verified.</summary>
        public int AccountsOn(ServerProcess hub) =>
            _callers.Count(caller => hub.Output.Contains($"Account {caller.Account}: Pending -> Active", StringComparison.Ordinal));

        public ServerProcess HubWithMostAccounts() => fleet.Hubs.MaxBy(AccountsOn)!;

        /// <summary>Calls before, during and after a fault; then what has to be put right before the next one.</summary>
        public async Task DuringAsync(string fault, Func<Task> provoke, Func<Task>? mend = null)
        {
            run.Phase(fault);
            var (tally, failed) = (run.Recorder.Tally(fault), new ConcurrentBag<(long Begun, string Code)>());
            using var over = new CancellationTokenSource();
            var calling = CallAsync(tally, failed, over.Token);
            var administering = AdministerAsync(fault, over.Token);
            await Task.Delay(Around, Clock);
            var begun = Clock.GetTimestamp();
            await provoke();
            var ended = Clock.GetTimestamp();
            await Task.Delay(Around, Clock);
            if (mend is not null)
                await mend();
            await Task.Delay(Around, Clock);
            await over.CancelAsync();
            await calling;
            await administering;

            var cut = failed.Count(call => call.Code == "cut");
            run.Note($"{fault}: failed calls", failed.Count - cut);
            run.Note($"{fault}: calls cut off with their hub", cut);
            run.Note($"{fault}: longest call", tally.MaxMilliseconds / 1000, "s");
            run.Note($"{fault}: lasted", Clock.GetElapsedTime(begun, ended).TotalSeconds, "s");
            var last = failed.Where(call => call.Code != "cut").Select(call => call.Begun).DefaultIfEmpty(begun).Max();
            run.Note($"{fault}: the last failed call began after it", Math.Max(0, Clock.GetElapsedTime(ended, last).TotalSeconds), "s");
            foreach (var code in failed.GroupBy(call => call.Code))
                run.Remarks.Add($"{fault}: {code.Count()} x {code.Key}");
        }

        public void Dispose()
        {
            _end.Cancel();
            _end.Dispose();
            _clients.ForEach(client => client.Dispose());
        }

        private async Task CallAsync(Tally tally, ConcurrentBag<(long Begun, string Code)> failed, CancellationToken over)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1d / perSecond), Clock);
            var calls = new List<Task>();
            while (!over.IsCancellationRequested)
            {
                await timer.WaitForNextTickAsync(CancellationToken.None);
                calls.Add(OneAsync(calls.Count));
            }

            await Task.WhenAll(calls);

            async Task OneAsync(int number)
            {
                var (caller, begun) = (_callers[number % _callers.Count], Clock.GetTimestamp());
                var name = number % 5 == 0 ? $"folder-{Interlocked.Increment(ref _writes)}" : null;
                var code = await SendAsync(caller, name);
                run.Recorder.Add(tally, Clock.GetElapsedTime(begun), code);
                if (code is not null)
                    failed.Add((begun, code));
                else if (name is not null)
                    Accepted.Add(name);
            }
        }

        /// <summary>What an administrator does all day, one request after the other is begun, whatever becomes of them.</summary>
        private async Task AdministerAsync(string fault, CancellationToken over)
        {
            var (failed, requests) = (new ConcurrentQueue<string>(), new List<Task>());
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(0.2), Clock);
            while (!over.IsCancellationRequested)
            {
                await timer.WaitForNextTickAsync(CancellationToken.None);
                requests.Add(OneAsync(requests.Count));
            }

            await Task.WhenAll(requests);
            run.Note($"{fault}: failed requests of an administrator", failed.Count);
            foreach (var request in failed.GroupBy(request => request))
                run.Remarks.Add($"{fault}: {request.Count()} x {request.Key}");

            async Task OneAsync(int number)
            {
                var account = _callers[number % _callers.Count].Account;
                var accAccountId = number % 8 == 0 ? (string)(await fleet.Emulator.AddAccountAsync([_clientId]))["acc_account_id"]! : "";
                var app = number % 8 == 4 ? await fleet.Emulator.AddAppAsync() : default;
                var credentials = new { client_id = app.ClientId, client_secret = app.Secret };
                (string What, Func<HttpClient, Task<ApiAnswer>> Ask) request = (number % 8) switch
                {
                    0 => ("link", hub => hub.LinkAsync(_clientId, _secret, accAccountId)),
                    1 => ("state", hub => hub.SendAsync(HttpMethod.Get, $"/accounts/{account}/state")),
                    2 => ("new key", hub => hub.SendAsync(HttpMethod.Post, "/keys", new { name = "agent", role = "backend" })),
                    3 => ("description", hub => hub.SendAsync(HttpMethod.Get, $"/accounts/{account}")),
                    4 => (
                        "new profile",
                        hub =>
                            hub.SendAsync(
                                HttpMethod.Post,
                                "/profiles",
                                new
                                {
                                    id = $"p-{Guid.NewGuid():N}",
                                    name = "another",
                                    credentials,
                                }
                            )
                    ),
                    5 => ("new label", hub => hub.SendAsync(HttpMethod.Patch, $"/accounts/{account}", new { label = $"label {number}" })),
                    6 => ("quotas", hub => hub.SendAsync(HttpMethod.Get, $"/quotas/{_clientId}")),
                    _ => ("list", hub => hub.SendAsync(HttpMethod.Get, "/accounts?page_size=10")),
                };
                if (await AskAsync(request.Ask) is { } code)
                    failed.Enqueue($"{code}: {request.What}");
            }
        }

        private Task<string?> SendAsync(Caller caller, string? folder)
        {
            object call = folder is null
                ? new { action = "autodesk_get_hub" }
                : new
                {
                    action = "autodesk_create_folder",
                    path = new { project_id = caller.Project },
                    body = LoadAccount.NewFolder(folder, caller.Folder),
                };
            (string, string)[] headers = folder is null ? [("Prefer", "wait=10")] : [("Prefer", "wait=10"), ("Idempotency-Key", folder)];
            return AskAsync(hub => hub.RpcAsync(caller.Account, call, headers));
        }

        /// <summary>Sends a request to the next ready hub, and to another one when nobody listens there. Null when it succeeded.</summary>
        private async Task<string?> AskAsync(Func<HttpClient, Task<ApiAnswer>> ask)
        {
            for (var tries = 0; tries < fleet.Hubs.Count; tries++)
            {
                try
                {
                    var answer = await ask(_clients[Choose()]);
                    if ((int)answer.Status < 300)
                        return null;
                    var code = answer.Code ?? $"{(int)answer.Status}";
                    if (!Truthful.Contains(code))
                        Wrong.Enqueue($"{(int)answer.Status} {answer.Body?.ToJsonString()}");
                    return code;
                }
                catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.ConnectionError)
                {
                    // Nobody listens there any more; the balancer has not learnt it yet.
                }
                catch (OperationCanceledException)
                {
                    return "no answer";
                }
                catch (Exception exception) when (exception is HttpRequestException or IOException)
                {
                    return "cut";
                }
            }

            return "no answer";
        }

        private int Choose()
        {
            for (var i = 0; i < _ready.Length; i++)
            {
                var hub = (int)((uint)Interlocked.Increment(ref _next) % _ready.Length);
                if (Volatile.Read(ref _ready[hub]))
                    return hub;
            }

            return (int)((uint)Interlocked.Increment(ref _next) % _ready.Length); // As balancers do when nobody is ready.
        }

        private async Task WatchAsync(int hub)
        {
            using var timer = new PeriodicTimer(AskEvery, Clock);
            try
            {
                do
                {
                    using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
                    limit.CancelAfter(TimeSpan.FromSeconds(1));
                    try
                    {
                        using var answer = await _clients[hub].GetAsync(new Uri("/health/ready", UriKind.Relative), limit.Token);
                        Volatile.Write(ref _ready[hub], answer.IsSuccessStatusCode);
                    }
                    catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
                    {
                        Volatile.Write(ref _ready[hub], false);
                    }
                } while (await timer.WaitForNextTickAsync(_end.Token));
            }
            catch (OperationCanceledException)
            {
                // The load is over.
            }
        }

        private static HttpClient NewClient(ServerProcess hub)
        {
            var client = hub.NewClient(ServerProcess.AdminKey);
            client.Timeout = TimeSpan.FromSeconds(12); // Ten are allowed; an answer after that is late.
            return client;
        }
    }

    /// <summary>Every connection that the database has left.</summary>
    private sealed class Connections : IAsyncDisposable
    {
        private readonly List<NpgsqlConnection> _open = [];

        public static async Task<Connections> TakeAllAsync(string connectionString)
        {
            var all = new Connections();
            while (true)
            {
                var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
                try
                {
                    await connection.OpenAsync();
                    all._open.Add(connection);
                }
                catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.TooManyConnections)
                {
                    await connection.DisposeAsync();
                    return all;
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in _open)
                await connection.DisposeAsync();
        }
    }
}
