using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Scenarios;

/// <remarks>
/// 1. Folders are made at Autodesk, whose callbacks come twice, out of order, or lose their answers; meanwhile each hub is killed
/// (SIGKILL), and then the database. 2. In the long form the hubs are gone for days, so that Autodesk gives up, and more changes. 3. When
/// Autodesk has nothing more to send, its own list of changes is held against the feeds, which are read by cursor all the time, and
/// against what the endpoint was told.
/// </remarks>
internal sealed class AutodeskEvents : IScenario
{
    private static readonly TimeProvider Clock = TimeProvider.System;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public string Name => "events";

    public string Sentence =>
        "Changes at Autodesk while callbacks come twice, out of order and lose their answers, hubs are killed, and the database: each is in its account's feed once and reaches the endpoint, and none is made up.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        var hubs = run.Silos(run.Pick(2, 1));
        run.Setup = $"{hubs} hub processes over HTTP, PostgreSQL, emulator and endpoint in this process";
        run.Phase($"starting {run.Setup}");
        await using var endpoint = await EventReceiver.StartAsync();
        await using var fleet = await ServerFleet.StartAsync(hubs, SubscribedAccounts.Settings);
        run.Sample = () => Task.FromResult(ProcessSample.OfAll(fleet.Hubs.Select(hub => hub.ProcessId)));
        var accounts = new SubscribedAccounts(fleet.Emulator, fleet.Hubs);
        var count = run.Accounts(normal: 200, inShort: 4);
        run.Phase($"linking and subscribing {count:N0} accounts");
        await fleet.Hubs[0].Http.SendAsync(HttpMethod.Post, "/event_endpoints", new { url = endpoint.Url });
        await accounts.LinkAsync(count);
        await fleet.Emulator.FaultAsync(new { kind = "duplicate_callback", probability = 0.1 });
        await fleet.Emulator.FaultAsync(new { kind = "reorder_callback", probability = 0.1 });
        await fleet.Emulator.FaultAsync(new { kind = "lost_callback_answer", probability = 0.05 });

        var (changes, began) = (count * run.Pick(500, 50), Clock.GetTimestamp());
        var first = changes;
        var feeds = new Feeds(accounts);
        using var stop = new CancellationTokenSource();
        var reading = feeds.ReadAsync(stop.Token);
        run.Phase($"{changes:N0} changes, hubs and database killed");
        var changing = accounts.ChangeAsync(0, changes);
        foreach (var hub in fleet.Hubs)
        {
            await feeds.ProgressAsync(changes / 10);
            await hub.KillAsync();
            await hub.StartAgainAsync();
        }

        await feeds.ProgressAsync(changes / 10);
        await fleet.Database.KillAsync();
        await fleet.Database.StartAgainAsync();
        await changing;
        await SettleAsync(fleet.Emulator);
        run.Phase("waiting for feeds and endpoint");
        await feeds.UntilAsync(changes);
        await TakenAsync(endpoint, changes);
        var took = Clock.GetElapsedTime(began);
        if (!run.IsShort)
            changes += await AwayForDaysAsync(run, fleet, accounts, feeds, changes);
        await TakenAsync(endpoint, changes);
        await stop.CancelAsync();
        await reading;

        run.Phase("judging");
        var expected = await ListAsync(fleet.Emulator);
        var told = endpoint.Taken.Select(taken => UrnOf(JsonNode.Parse(taken.Body)!)).OfType<string>().ToHashSet();
        var inFeeds = feeds.Urns.ToList();
        run.Note("errors", feeds.Faults);
        run.Note("changes", expected.Count);
        run.Note("changes that are not in a feed", expected.Except(inFeeds).Count());
        run.Note("changes that are in a feed twice", inFeeds.Count - inFeeds.Distinct().Count());
        run.Note("events that Autodesk has not", inFeeds.Concat(told).Except(expected).Count());
        run.Note("changes that the endpoint was not told of", expected.Except(told).Count());
        run.Note("places in a feed that are missing", feeds.Missing);
        run.Note("callbacks that were tried", await AttemptsAsync(fleet.Emulator));
        run.Note("requests to the endpoint", endpoint.Seen.Count);
        run.Note("first part took", took.TotalSeconds, "s");
        run.Note("changes per second of the first part", first / took.TotalSeconds);
    }

    /// <summary>Nothing answers for two days, so Autodesk switches the hooks off; what it did not send is found again.</summary>
    private static async Task<int> AwayForDaysAsync(
        ScenarioRun run,
        ServerFleet fleet,
        SubscribedAccounts accounts,
        Feeds feeds,
        int before
    )
    {
        run.Phase("nobody answers for three days of Autodesk's time");
        foreach (var hub in fleet.Hubs)
            await hub.KillAsync();
        var (lost, after) = (accounts.All.Count * 2, accounts.All.Count);
        await accounts.ChangeAsync(before, lost);
        foreach (var hours in new[] { 0, 0.1, 1, 11, 36.5 })
            await PassAsync(fleet.Emulator, TimeSpan.FromHours(hours));
        await accounts.ChangeAsync(before + lost, after);
        await PassAsync(fleet.Emulator, TimeSpan.FromHours(12)); // Before Autodesk switches them on by itself.
        await Task.WhenAll(fleet.Hubs.Select(hub => hub.StartAgainAsync()));
        run.Phase("waiting for the gaps to be read");
        await feeds.UntilAsync(before + lost + after);
        foreach (var account in accounts.All)
            await accounts.UntilSubscriptionAsync(account, each => each["last_gap"]?["closed_at"] is not null);
        await SettleAsync(fleet.Emulator);
        return lost + after;
    }

    private static async Task PassAsync(EmulatorHost emulator, TimeSpan time)
    {
        await emulator.PostAsync("time", new { advance_seconds = (long)time.TotalSeconds });
        await emulator.PostAsync("callbacks/settle", new { });
    }

    /// <summary>Lets Autodesk's time pass until every callback has been delivered, or will never be sent.</summary>
    private static async Task SettleAsync(EmulatorHost emulator)
    {
        do
        {
            await PassAsync(emulator, TimeSpan.FromMinutes(30));
        } while ((await CallbacksAsync(emulator)).Any(callback => (string?)callback["outcome"] == "waiting"));
    }

    private static async Task<HashSet<string>> ListAsync(EmulatorHost emulator) =>
        [
            .. (await ChangesAsync(emulator))
                .Where(change => (string?)change!["event"] == SubscribedAccounts.FolderAdded && change["callbacks"]!.AsArray().Count > 0)
                .Select(change => (string)change!["resource_urn"]!),
        ];

    private static async Task<int> AttemptsAsync(EmulatorHost emulator) =>
        (await CallbacksAsync(emulator)).Sum(callback => callback["attempts"]!.AsArray().Count);

    private static async Task<IEnumerable<JsonNode>> CallbacksAsync(EmulatorHost emulator) =>
        (await ChangesAsync(emulator)).SelectMany(change => change!["callbacks"]!.AsArray())!;

    private static async Task<JsonArray> ChangesAsync(EmulatorHost emulator)
    {
        var list = (await emulator.Control.GetFromJsonAsync<JsonNode>("/_emulator/callbacks"))!;
        return (long)list["dropped"]! == 0
            ? list["changes"]!.AsArray()
            : throw new InvalidOperationException("The emulator's list is full: it proves nothing any more.");
    }

    private static string? UrnOf(JsonNode told) =>
        (string?)told["type"] == "autodesk.event" ? (string?)told["data"]!["resource_urn"] : null;

    private static Task TakenAsync(EventReceiver endpoint, int count) =>
        SubscribedAccounts.WithProgressAsync(
            () =>
                endpoint
                    .Taken.Where(taken => taken.Body.Contains("autodesk.event", StringComparison.Ordinal))
                    .Select(taken => taken.Id)
                    .Distinct()
                    .Count(),
            count,
            "events at the endpoint"
        );

    /// <summary>Every account's feed, read on and on by its cursor as a Hub backend does.</summary>
    private sealed class Feeds(SubscribedAccounts accounts)
    {
        private const int Readers = 4;

        private static readonly HttpStatusCode[] Honest = [HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout];

        private readonly Dictionary<string, List<string>> _urns = accounts.All.ToDictionary(account => account.Id, _ => new List<string>());
        private int _count;
        private int _faults;
        private int _missing;

        public IEnumerable<string> Urns => _urns.Values.SelectMany(urns => urns);

        /// <summary>Gets how many answers were neither a page nor said: try again.</summary>
        public int Faults => _faults;

        /// <summary>Gets how many events did not have the sequence that follows the one before.</summary>
        public int Missing => _missing;

        public Task ReadAsync(CancellationToken stop) =>
            Task.WhenAll(Enumerable.Range(0, Readers).Select(reader => ReadAsync(reader, stop)));

        public Task ProgressAsync(int more) => UntilAsync(_count + more);

        public Task UntilAsync(int count) =>
            SubscribedAccounts.WithProgressAsync(() => Volatile.Read(ref _count), count, "events in the feeds");

        private async Task ReadAsync(int reader, CancellationToken stop)
        {
            using var timer = new PeriodicTimer(Look, Clock);
            while (!stop.IsCancellationRequested)
            {
                for (var i = reader; i < accounts.All.Count; i += Readers)
                    await ReadAsync(accounts.All[i]);
                await timer.WaitForNextTickAsync(CancellationToken.None);
            }
        }

        private async Task ReadAsync(SubscribedAccount account)
        {
            var urns = _urns[account.Id];
            try
            {
                var page = await accounts
                    .HttpOf(account)
                    .SendAsync(HttpMethod.Get, $"/events?account_id={account.Id}&after={urns.Count}&limit=1000");
                if (page.Status is not HttpStatusCode.OK)
                {
                    if (!Honest.Contains(page.Status))
                        Interlocked.Increment(ref _faults);
                    return;
                }

                foreach (var told in page.Body!["data"]!.AsArray())
                {
                    if ((int)told!["data"]!["sequence"]! != urns.Count + 1)
                        Interlocked.Increment(ref _missing);
                    urns.Add(UrnOf(told)!);
                    Interlocked.Increment(ref _count);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
            {
                // The hub is gone for the moment.
            }
        }
    }
}
