using Microsoft.Extensions.DependencyInjection;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Profiles;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Quotas;

/// <summary>
/// Fifty accounts of one client id that always want more, against the emulator as it counts for real, over real HTTP, in a time that moves
/// only when nothing else can: every minute has exactly its sixty seconds whatever the machine does. Nothing runs beside it, because
/// Orleans' own time-outs go by the real time.
/// </summary>
[Collection(CollectionName)]
public sealed class QuotaLoadTests(QuotaLoadTests.Cluster cluster) : IClassFixture<QuotaLoadTests.Cluster>
{
    private const string CollectionName = "Quota load";
    private const int Accounts = 50;
    private const int Minutes = 4;
    private const int MostLooks = 100_000;
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(100);

    /// <summary>Autodesk's published limits of two groups, and what the emulator's journal shows of them.</summary>
    private static readonly (string Action, string Group, int Limit, string Path)[] Groups =
    [
        ("autodesk_get_hub", "dm-hub", 50, "/project/v1/hubs/b.{0}"),
        ("autodesk_list_account_users", "hq", 100, "/hq/v1/accounts/{0}/users"),
    ];

    private SiloCluster Hub => cluster.Hub;

    [Theory]
    [InlineData("sliding_log")]
    [InlineData("fixed_window")]
    [InlineData("token_bucket")]
    public async Task AccountsThatAlwaysWantMore_GetEqualShares_NearlyAllOfEveryLimit_AndNo429(string mode)
    {
        var (clientId, accounts) = await LinkAsync(weight: _ => 1);
        await Hub.Emulator.PostAsync("quotas", new { enabled = true, mode });
        await JitterAsync();

        // In the first minute nobody has to wait, and whoever comes is served: equal shares are promised to those who wait.
        await RunAsync(clientId, accounts, TimeSpan.FromMinutes(1), Groups);
        var first = await Hub.Emulator.JournalAsync(clientId, since: _since);
        var waits = await RunAsync(clientId, accounts, TimeSpan.FromMinutes(Minutes - 1), Groups);

        var journal = await Hub.Emulator.JournalAsync(clientId, since: _since);
        var contended = journal.Skip(first.Count).ToList();
        Assert.DoesNotContain(journal, record => record.Status == 429);
        foreach (var (_, group, limit, path) in Groups)
        {
            var paths = accounts
                .Select(account => string.Format(System.Globalization.CultureInfo.InvariantCulture, path, account.AccAccountId))
                .ToList();
            var used = journal.Count(record => paths.Contains(record.Path)) / (double)(limit * Minutes);
            var served = paths.Select(own => (double)contended.Count(record => record.Path == own)).ToList();
            TestContext.Current.SendDiagnosticMessage(
                $"{mode} {group}: {used:P1} of the limit, Jain {Jain(served):0.0000}, longest wait {waits[group].Max()}"
            );
            Assert.True(used >= 0.98, $"{group}: {used:P1}");
            Assert.True(Jain(served) >= 0.99, $"{group}: {Jain(served)}");

            // The bound that docs/ARCHITECTURE.md states: the calls that wait before it at the limit's rate, and one window.
            Assert.True(
                waits[group].Max() <= TimeSpan.FromMinutes(Math.Ceiling((double)Accounts / limit) + 1),
                $"{group}: {waits[group].Max()}"
            );
        }
    }

    [Fact]
    public async Task Weights_AreHonouredWithinFivePercent()
    {
        var (clientId, accounts) = await LinkAsync(weight: i => i < 10 ? 4 : 1);
        await Hub.Emulator.PostAsync("quotas", new { enabled = true, mode = "sliding_log" });
        await JitterAsync();

        // In the first minute nobody has to wait, so weights mean nothing in it.
        var members = Groups[1..];
        await RunAsync(clientId, accounts, TimeSpan.FromMinutes(1), members);
        _since = (await Hub.Emulator.WholeJournalAsync()).Max(record => record.Seq);
        await RunAsync(clientId, accounts, TimeSpan.FromMinutes(4), members);

        var journal = await Hub.Emulator.JournalAsync(clientId, since: _since);
        Assert.DoesNotContain(journal, record => record.Status == 429);
        double Served(int from, int to) =>
            accounts
                .Take(from..to)
                .Average(account => journal.Count(record => record.Path == $"/hq/v1/accounts/{account.AccAccountId}/users"));
        Assert.InRange(Served(0, 10) / Served(10, 50), 4 * 0.95, 4 * 1.05);
    }

    private long _since;

    private async Task<(string ClientId, IReadOnlyList<(ILinkedAccountGrain Grain, string AccAccountId)> Accounts)> LinkAsync(
        Func<int, int> weight
    )
    {
        using var cleared = await Hub.Emulator.Control.DeleteAsync(
            new Uri("/_emulator/faults", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        await Hub.Emulator.PostAsync("quotas", new { enabled = true, mode = "sliding_log" });
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        var profile = Guid.NewGuid().ToString("N");
        var created = await Hub
            .Grains.GetGrain<IConnectorProfileGrain>(profile)
            .CreateAsync(
                new CreateProfileRequest
                {
                    Name = "Shared",
                    ClientId = clientId,
                    ClientSecret = new Secret(secret),
                    Limits = new ProfileLimits { ParallelReads = Groups.Length },
                },
                TestContext.Current.CancellationToken
            );
        Assert.IsType<ProfileResult.Described>(created);
        var accounts = new List<(ILinkedAccountGrain, string)>();
        for (var i = 0; i < Accounts; i++)
        {
            var emulated = (string)(await Hub.Emulator.AddAccountAsync([clientId]))["acc_account_id"]!;
            var grain = Hub.Account(LinkedAccountId.New(Hub.Clock).Value);
            var linked = await grain.LinkAsync(
                new LinkAccountRequest
                {
                    OriginOwnerId = $"owner-{i}",
                    OriginOwnerName = "Owner",
                    ProfileId = profile,
                    AccAccountId = emulated,
                    QuotaWeight = weight(i),
                },
                TestContext.Current.CancellationToken
            );
            Assert.IsType<AccountResult.Described>(linked);
            accounts.Add((grain, emulated));
        }

        Hub.Clock.Advance(TimeSpan.FromMinutes(2)); // What linking has used of the limits is over.
        _since = (await Hub.Emulator.WholeJournalAsync()).Max(record => record.Seq);
        return (clientId, accounts);
    }

    /// <summary>Nothing to 40 ms on the way there, and as much on the way back.</summary>
    private async Task JitterAsync()
    {
        await Hub.Emulator.FaultAsync(
            new
            {
                match = new { path_regex = "^/(hq|project)" },
                kind = "latency",
                delay_ms = 0,
                jitter_ms = 40,
            }
        );
        await Hub.Emulator.FaultAsync(
            new
            {
                match = new { path_regex = "^/(hq|project)" },
                kind = "late_answer",
                delay_ms = 0,
                jitter_ms = 40,
            }
        );
    }

    /// <summary>Every account always has a call of each group outstanding; gives how long the calls of each group took, in the hub's
    /// time.</summary>
    private async Task<Dictionary<string, List<TimeSpan>>> RunAsync(
        string clientId,
        IReadOnlyList<(ILinkedAccountGrain Grain, string AccAccountId)> accounts,
        TimeSpan time,
        (string Action, string Group, int Limit, string Path)[] groups
    )
    {
        var until = Hub.Clock.GetUtcNow() + time;
        var waits = groups.ToDictionary(group => group.Group, _ => new List<TimeSpan>());
        using var stop = new CancellationTokenSource();
        var inside = Hub.Silo.GetRequiredService<IGrainFactory>(); // They are asked at every step: from within the silo that costs least.
        var quotas = groups.Select(group => inside.GetGrain<IQuotaGrain>($"{clientId}|{group.Group}")).ToList();
        var callers = accounts
            .SelectMany(account => groups.Select(group => CallAsync(account.Grain, group.Action, waits[group.Group])))
            .ToList();

        // At the end nobody begins anew, and what is under way is answered: a request that is cut off has used its permit and is in no
        // journal.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), TimeProvider.System); // To look all the time would be most of the work.
        while (Hub.Clock.GetUtcNow() < until || Hub.Emulator.Delayed > 0)
        {
            for (var looks = 0; !await OnlyTimeHelpsAsync(); looks++)
            {
                await timer.WaitForNextTickAsync();
                if (callers.Find(caller => caller.IsFaulted) is { } faulted)
                    await faulted; // Throws what went wrong.
                Assert.True(
                    looks < MostLooks,
                    $"at {Hub.Clock.GetUtcNow():O} a call waits neither for a permit nor for the emulator, where {Hub.Emulator.Delayed} are: {await WhatRunsAsync()}"
                );
            }

            var step = Hub.Emulator.NextDelayEndsAt is { } end ? end - Hub.Clock.GetUtcNow() : LongestStep;
            Hub.Clock.Advance(step < LongestStep ? step : LongestStep);
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        return waits;

        async Task<string> WhatRunsAsync()
        {
            var lanes = await Task.WhenAll(accounts.Select(async account => (await account.Grain.GetLiveStateAsync())!.Lane));
            var phases = lanes
                .SelectMany(lane => lane.Running.Select(call => $"{call.Phase}").Concat(lane.Waiting.Select(_ => "lane")))
                .CountBy(phase => phase);
            return $"{string.Join(", ", phases.Select(phase => $"{phase.Value} {phase.Key}"))}; {callers.Count(caller => caller.IsCompleted)} have ended; {string.Join("; ", await Task.WhenAll(quotas.Select(quota => quota.DescribeAsync())))}";
        }

        // Every call waits either for the emulator's latency that is not over, or for a permit that is not there yet (nor held up by the
        // database).
        async Task<bool> OnlyTimeHelpsAsync()
        {
            var described = await Task.WhenAll(quotas.Select(quota => quota.DescribeAsync()));
            var waiting = described.Sum(quota => quota.Waiting.Sum(account => account.Calls));
            var now = Hub.Clock.GetUtcNow();
            return Hub.Emulator.Delayed + waiting == callers.Count(caller => !caller.IsCompleted)
                && !(Hub.Emulator.NextDelayEndsAt <= now)
                && described.All(quota => quota.Waiting.Count == 0 || quota.Waiting[0].ExpectedStartAt > now);
        }

        async Task CallAsync(ILinkedAccountGrain account, string action, List<TimeSpan> took)
        {
            try
            {
                while (Hub.Clock.GetUtcNow() < until)
                {
                    var from = Hub.Clock.GetUtcNow();
                    var result = await account.RunActionAsync(new ActionRequest(action) { MaxWait = TimeSpan.FromMinutes(2) }, stop.Token);
                    Assert.IsType<ActionResult.Succeeded>(result);
                    lock (took)
                        took.Add(Hub.Clock.GetUtcNow() - from);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The time is over.
            }
        }
    }

    private static double Jain(List<double> shares) => shares.Sum() * shares.Sum() / (shares.Count * shares.Sum(share => share * share));

    public sealed class Cluster : IAsyncLifetime
    {
        public SiloCluster Hub { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Hub = await SiloCluster.StartAsync(quotas: true);

        public ValueTask DisposeAsync() => Hub.DisposeAsync();
    }

    [CollectionDefinition(CollectionName, DisableParallelization = true)]
    public sealed class Alone;
}
