using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Scenarios;

/// <remarks>
/// 1. Callers read and write through all hubs, each write under a key that is sent again, to the next hub, until it is done. 2. The hub
/// with the most accounts is killed (SIGKILL). 3. The load goes on until every caller has begun and finished writes after that. 4. What was
/// accepted is looked for in the emulator's journal.
/// </remarks>
internal sealed class SiloKill : IScenario
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly string[] Retryable =
    [
        "hub_unavailable",
        "storage_unavailable",
        "idempotency_key_in_use",
        "deadline_exceeded",
        "lane_full",
    ];
    private static readonly TimeProvider Clock = TimeProvider.System;

    public string Name => "silo-kill";

    public string Sentence => "One of three hubs is killed without warning under reads and keyed writes: no accepted write is lost, none takes effect twice, and all callers are served again within seconds.";

    public bool IsCheck => false; // The tests of the cluster kill hubs too, and longer.

    public async Task RunAsync(ScenarioRun run)
    {
        var hubs = run.Silos(3);
        run.Setup = $"{hubs} hub processes over HTTP, PostgreSQL, emulator in this process";
        run.Phase($"starting {run.Setup}");
        await using var fleet = await HubFleet.StartAsync(hubs, new Dictionary<string, string>
        {
            ["TenantHub__Quotas__Limits__dm-folder-create"] = "1000000",
            ["TenantHub__Quotas__Limits__dm-folder-contents"] = "1000000",
            ["TenantHub__Quotas__Limits__dm-hub"] = "1000000",
        }, flushes: true);
        run.Sample = () => Task.FromResult(ProcessSample.OfAll(fleet.Hubs.Select(hub => hub.ProcessId)));
        var load = await StartAsync(run, fleet, run.Accounts(normal: 24, inShort: 8));
        var callers = Task.WhenAll(load.Callers.Select(load.RunAsync));

        run.Phase("all hubs alive");
        await load.ProgressAsync(run.Pick(20, 3));
        var victim = load.HubWithMostAccounts();
        run.Phase("one hub killed");
        var moment = Clock.GetTimestamp();
        await victim.KillAsync();
        await load.ProgressAsync(run.Pick(20, 3));
        load.Stop();
        await callers;

        var (lost, twice) = (await Journal.ReadAsync(fleet.Emulator)).Check(load.Accepted);
        run.Note("errors", load.Wrong.Count);
        run.Note("accepted writes that Autodesk does not have", lost);
        run.Note("writes carried out twice", twice);
        run.Note("all callers served again after", load.RecoveryAfter(moment).TotalSeconds, "s");
        run.Note("accepted writes", load.Accepted.Count);
        run.Note("accounts on the killed hub", load.AccountsOn(victim));
        run.Note("answers that said: try again", load.Refused);
        run.Remarks.AddRange(load.Wrong.Take(5));
    }

    private static async Task<Load> StartAsync(ScenarioRun run, HubFleet fleet, int count)
    {
        var load = new Load(run, fleet);
        var (clientId, secret) = await fleet.Emulator.AddAppAsync();
        for (var i = 0; i < count; i++)
        {
            run.Phase($"linking account {i + 1} of {count}");
            var emulated = await fleet.Emulator.AddAccountAsync([clientId]);
            var project = emulated["projects"]![0]!;
            var linked = await fleet.Hubs[i % fleet.Hubs.Count].Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!);
            load.Callers.Add(
                new Caller(
                    i,
                    linked.Text("id") ?? throw new InvalidOperationException($"Not linked: {linked.Body}"),
                    (string)project["id"]!,
                    (string)project["folders"]![0]!["id"]!));
        }

        return load;
    }

    private sealed record Caller(int Number, string Account, string Project, string Folder)
    {
        public ConcurrentQueue<(long Begun, long Done)> Writes { get; } = new();
    }

    /// <summary>The callers, and what they were told.</summary>
    private sealed class Load(ScenarioRun run, HubFleet fleet)
    {
        private readonly List<HttpClient> _clients = [.. fleet.Hubs.Select(NewClient)];
        private readonly Tally _reads = run.Recorder.Tally("reads");
        private readonly Tally _writes = run.Recorder.Tally("writes, with their repeats");
        private volatile bool _stopped;
        private int _refused;

        public List<Caller> Callers { get; } = [];

        public ConcurrentBag<string> Accepted { get; } = [];

        public ConcurrentQueue<string> Wrong { get; } = new();

        public int Refused => _refused;

        public void Stop() => _stopped = true;

        public async Task RunAsync(Caller caller)
        {
            var hub = caller.Number;
            for (var number = 0; !_stopped; number++)
            {
                var (name, begun) = ($"{caller.Account}-{number}", Clock.GetTimestamp());
                var write = new
                {
                    action = "autodesk_create_folder",
                    path = new { project_id = caller.Project },
                    body = LoadAccount.NewFolder(name, caller.Folder),
                };
                while (!await TryAsync(hub, caller, write, name))
                {
                    hub++;
                    await Task.Delay(Pause, Clock);
                }

                Accepted.Add(name);
                caller.Writes.Enqueue((begun, Clock.GetTimestamp()));
                run.Recorder.Add(_writes, Clock.GetElapsedTime(begun), null);
                var since = Clock.GetTimestamp();
                if (await TryAsync(hub, caller, new { action = "autodesk_get_hub" }, null))
                    run.Recorder.Add(_reads, Clock.GetElapsedTime(since), null);
                await Task.Delay(Pause, Clock);
            }
        }

        /// <summary>Waits until every caller has done so many more writes, each begun after now.</summary>
        public async Task ProgressAsync(int writes)
        {
            var from = Clock.GetTimestamp();
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while (Callers.Any(caller => caller.Writes.Count(write => write.Begun >= from) < writes))
            {
                if (Clock.GetElapsedTime(from) > TimeSpan.FromMinutes(2))
                    throw new TimeoutException($"After two minutes callers still wait; {string.Join("; ", Wrong.Take(3))}");
                await timer.WaitForNextTickAsync();
            }
        }

        public TimeSpan RecoveryAfter(long moment) =>
            Callers.Max(caller => Clock.GetElapsedTime(moment, caller.Writes.First(write => write.Begun >= moment).Done));

        /// <summary>Each hub says in its log which accounts it has verified.</summary>
        public int AccountsOn(HubProcess hub) =>
            Callers.Count(caller => hub.Output.Contains($"Account {caller.Account}: Pending -> Active", StringComparison.Ordinal));

        public HubProcess HubWithMostAccounts() => fleet.Hubs.MaxBy(AccountsOn)!;

        /// <summary>True when it is done. Whatever else comes back, but for what says that one may try again, is wrong.</summary>
        private async Task<bool> TryAsync(int hub, Caller caller, object call, string? key)
        {
            try
            {
                var answer = await _clients[hub % _clients.Count]
                    .RpcAsync(caller.Account, call, key is null ? [] : [("Idempotency-Key", key)]);
                if (answer.Status is HttpStatusCode.OK) return true;
                if (!Retryable.Contains(answer.Code)) Wrong.Enqueue($"{(int)answer.Status} {answer.Body?.ToJsonString()}");
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
            {
                // The hub is gone: the caller knows nothing, and asks another one with the same key.
            }

            Interlocked.Increment(ref _refused);
            return false;
        }

        private static HttpClient NewClient(HubProcess hub)
        {
            var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1) })
            {
                BaseAddress = hub.Address,
                Timeout = Patience,
            };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes(HubProcess.AdminKey + ":")));
            return client;
        }
    }
}
