using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cluster;

/// <summary>
/// Callers as a careful backend's are: each creates folders in an account of its own, one after the other, every folder under an
/// idempotency key of its own. What fails in a way that says "try again" is sent again, with the same key, to the next hub, until it is
/// done. Between its writes each caller reads. Anything else that comes back is kept as wrong.
/// </summary>
internal sealed class FleetLoad
{
    /// <summary>How long a caller waits for one answer before it turns to another hub.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>What a caller may be told while a hub or the database is gone. Each says that the call can be repeated.</summary>
    private static readonly string[] Retryable =
    [
        "hub_unavailable",
        "storage_unavailable",
        "idempotency_key_in_use",
        "deadline_exceeded",
        "lane_full",
    ];

    private readonly ServerFleet _fleet;
    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly List<Caller> _callers = [];
    private readonly List<HttpClient> _clients;
    private volatile bool _stopped;
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentDictionary<string, int> _refusals = new();
    private Task _running = Task.CompletedTask;

    private FleetLoad(ServerFleet fleet)
    {
        _fleet = fleet;
        _clients =
        [
            .. fleet.Hubs.Select(hub =>
            {
                var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1) })
                {
                    BaseAddress = hub.Address,
                    Timeout = Patience,
                };
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                    "Basic",
                    Convert.ToBase64String(Encoding.UTF8.GetBytes(ServerProcess.AdminKey + ":"))
                );
                return client;
            }),
        ];
    }

    /// <summary>Links the accounts and lets each caller finish its first writes, so that every hub has some of the accounts and all are
    /// warm.</summary>
    public static async Task<FleetLoad> StartAsync(ServerFleet fleet, int callers = 12)
    {
        var load = new FleetLoad(fleet);
        var (clientId, secret) = await fleet.Emulator.AddAppAsync();
        for (var i = 0; i < callers; i++)
        {
            var account = await fleet.Emulator.AddAccountAsync([clientId]);
            var linked = await fleet
                .Hubs[i % fleet.Hubs.Count]
                .Http.LinkAsync(clientId, secret, (string)account["acc_account_id"]!, actAs: (string)account["users"]![0]!["id"]!);
            Assert.True(linked.Status == HttpStatusCode.Created, linked.Body?.ToJsonString());
            load._callers.Add(
                new Caller(
                    i,
                    linked.Text("id")!,
                    (string)account["projects"]![0]!["id"]!,
                    (string)account["projects"]![0]!["folders"]![0]!["id"]!,
                    clientId
                )
            );
        }

        load._running = Task.WhenAll(load._callers.Select(load.RunAsync));
        await load.ProgressAsync(writes: 5);
        return load;
    }

    /// <summary>Waits until every caller has done so many more writes, each begun after now.</summary>
    public async Task ProgressAsync(int writes)
    {
        var from = _clock.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (_callers.Any(caller => caller.WritesBegunAfter(from) < writes))
        {
            Assert.True(_clock.GetElapsedTime(from) < TimeSpan.FromMinutes(3), $"After three minutes callers still wait: {Describe()}");
            await timer.WaitForNextTickAsync();
        }
    }

    public string ClientId => _callers[0].ClientId;

    public IEnumerable<string> Accounts => _callers.Select(caller => caller.Account);

    /// <summary>The hub on which most of the accounts live: each says in its log which of them it has verified.</summary>
    public ServerProcess HubWithMostAccounts() =>
        _fleet.Hubs.MaxBy(hub =>
        {
            var output = hub.Output;
            return _callers.Count(caller => output.Contains($"Account {caller.Account}: Pending -> Active", StringComparison.Ordinal));
        })!;

    /// <summary>How long it took from the given moment until every caller had begun a write after it and got it done.</summary>
    public TimeSpan RecoveryAfter(long moment) =>
        _callers.Max(caller => _clock.GetElapsedTime(moment, caller.Writes.First(write => write.Begun >= moment).Done));

    public TimeSpan LongestWrite() => _callers.Max(caller => caller.Writes.Max(write => _clock.GetElapsedTime(write.Begun, write.Done)));

    /// <summary>Ends the load and holds it against what the emulator saw: every accepted write once, and no request for one sent
    /// twice.</summary>
    public async Task<string> StopAndCheckAsync()
    {
        _stopped = true;
        await _running;
        _clients.ForEach(client => client.Dispose());
        var journal = await _fleet.Emulator.JournalAsync(_callers[0].ClientId);
        var sent = journal
            .Where(record => record.Method == "POST" && record.Path.EndsWith("/folders", StringComparison.Ordinal))
            .GroupBy(record => (string)record.BodyJson!["data"]!["attributes"]!["name"]!)
            .ToDictionary(group => group.Key, group => group.ToList());

        Assert.Empty(_wrong);
        foreach (var name in _callers.SelectMany(caller => caller.Writes).Select(write => write.Name))
        {
            var requests = sent.GetValueOrDefault(name) ?? [];
            Assert.True(
                requests.Count == 1 && requests[0].Status == 201,
                $"{name} was accepted, and Autodesk saw: [{string.Join(", ", requests)}]"
            );
        }

        return Describe();
    }

    /// <summary>Has every account write one folder after the other, without keys, at the given hubs, beside the load.</summary>
    public Task WriteWithoutKeysAsync(
        IEnumerable<ServerProcess> hubs,
        ConcurrentBag<(string Name, ApiAnswer Answer)> writes,
        CancellationToken over
    )
    {
        List<ServerProcess> asked = [.. hubs];
        return Task.WhenAll(_callers.Select(WriteAsync));

        async Task WriteAsync(Caller caller)
        {
            for (var number = 0; !over.IsCancellationRequested; number++)
            {
                var name = $"unkeyed-{caller.Account}-{number}";
                writes.Add((name, await asked[number % asked.Count].Http.RpcAsync(caller.Account, caller.NewFolder(name))));
            }
        }
    }

    /// <summary>The names of the folders that Autodesk was asked for.</summary>
    public async Task<IEnumerable<string>> SentAsync() =>
        (await _fleet.Emulator.JournalAsync(_callers[0].ClientId))
            .Where(record => record.Method == "POST" && record.Path.EndsWith("/folders", StringComparison.Ordinal))
            .Select(record => (string)record.BodyJson!["data"]!["attributes"]!["name"]!);

    public string Describe() =>
        $"{_callers.Sum(caller => caller.Writes.Count)} writes, {_callers.Sum(caller => caller.Reads)} reads; refused and repeated: "
        + string.Join(", ", _refusals.OrderByDescending(refusal => refusal.Value).Select(refusal => $"{refusal.Key} {refusal.Value}"));

    private async Task RunAsync(Caller caller)
    {
        var hub = caller.Number;
        for (var number = 0; !_stopped; number++)
        {
            var name = $"{caller.Account}-{number}";
            var begun = _clock.GetTimestamp();
            while (!await TryAsync(_clients[hub % _clients.Count], caller, caller.NewFolder(name), key: name))
            {
                hub++;
                await Task.Delay(Pause, _clock);
            }

            caller.Writes.Enqueue(new Write(name, begun, _clock.GetTimestamp()));
            if (number % 4 == 0 && await TryAsync(_clients[hub % _clients.Count], caller, new { action = "autodesk_list_hubs" }, key: null))
                caller.Reads++;
            await Task.Delay(Pause, _clock); // A hub that starts shares the machine with this load.
        }
    }

    private async Task<bool> TryAsync(HttpClient hub, Caller caller, object body, string? key)
    {
        try
        {
            var answer = await hub.RpcAsync(caller.Account, body, key is null ? [] : [("Idempotency-Key", key)]);
            if (answer.Status is HttpStatusCode.OK)
                return true;
            _refusals.AddOrUpdate(answer.Code ?? $"{answer.Status}", 1, (_, count) => count + 1);
            if (
                !Retryable.Contains(answer.Code)
                || (answer.Status is HttpStatusCode.ServiceUnavailable && !answer.Headers.ContainsKey("retry-after"))
            )
                _wrong.Enqueue($"{key ?? "read"}: {(int)answer.Status} {answer.Body?.ToJsonString()}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            // The hub is gone, or hangs: the caller knows nothing, and asks another one with the same key.
            _refusals.AddOrUpdate("no answer", 1, (_, count) => count + 1);
        }

        return false;
    }

    private sealed record Write(string Name, long Begun, long Done);

    private sealed record Caller(int Number, string Account, string Project, string Folder, string ClientId)
    {
        public ConcurrentQueue<Write> Writes { get; } = new();

        public int Reads { get; set; }

        public int WritesBegunAfter(long moment) => Writes.Count(write => write.Begun >= moment);

        public object NewFolder(string name) =>
            new
            {
                action = "autodesk_create_folder",
                path = new { project_id = Project },
                body = new
                {
                    jsonapi = new { version = "1.0" },
                    data = new
                    {
                        type = "folders",
                        attributes = new { name, extension = new { type = "folders:autodesk.bim360:Folder", version = "1.0" } },
                        relationships = new { parent = new { data = new { type = "folders", id = Folder } } },
                    },
                },
            };
    }
}
