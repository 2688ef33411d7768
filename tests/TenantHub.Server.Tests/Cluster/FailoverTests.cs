using System.Net;
using Npgsql;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cluster;

/// <summary>
/// Three hubs on one PostgreSQL, under load, and what goes wrong in production. Every test ends with the emulator's journal: no accepted
/// write is missing there, and none was sent twice. The figures of docs/failover.md are these tests' output; how long a caller may wait is
/// measured by the load test fleet-faults, because it holds only on a machine that does nothing else.
/// </summary>
[Collection(FleetCollection.Name)]
public sealed class FailoverTests(FleetFixture fixture)
{
    private const string Connection = "TenantHub__Database__ConnectionString";

    private ServerFleet Fleet => fixture.Fleet;

    [Fact]
    public async Task Hubs_StartedAtOnceOnAnEmptyDatabase_FormOneClusterWithOneKey()
    {
        await using var connection = new NpgsqlConnection(Fleet.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1L, await ScalarAsync("SELECT count(*) FROM data_protection_keys"));
        Assert.Equal(3L, await ScalarAsync("SELECT count(*) FROM OrleansMembershipTable WHERE status = 3")); // 3 is active.

        async Task<object?> ScalarAsync(string sql)
        {
#pragma warning disable CA2100 // The two constants above.
            await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The caller loses patience while Autodesk is slow, and asks the next hub with the same key, and the next.</summary>
    [Fact]
    public async Task KeySentThroughEveryHub_HasOneEffectAndOneAnswer()
    {
        var (clientId, secret) = await Fleet.Emulator.AddAppAsync();
        var emulated = await Fleet.Emulator.AddAccountAsync([clientId]);
        var account = (await Fleet.Hubs[0].Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!)).Text("id")!;
        var bucket = "b" + Guid.NewGuid().ToString("N")[..12];
        var call = new { action = "autodesk_create_bucket", body = new { bucketKey = bucket, policyKey = "transient" } };
        await Fleet.Emulator.FaultAsync(
            new
            {
                match = new { method = "POST", path_prefix = "/oss/v2/buckets" },
                kind = "late_answer",
                delay_ms = 3000,
                times = 1,
            }
        );

        var first = Fleet.Hubs[0].Http.RpcAsync(account, call, ("Idempotency-Key", bucket));
        var others = new List<ApiAnswer>();
        while (!others.Any(answer => answer.Status is HttpStatusCode.OK))
            foreach (var hub in Fleet.Hubs)
                others.Add(await hub.Http.RpcAsync(account, call, ("Idempotency-Key", bucket)));

        // Which of them reaches the account first is not known; the others are told that it runs, or get its answer.
        others.Add(await first);
        Assert.All(
            others,
            other =>
                Assert.True(other.Status is HttpStatusCode.OK || other.Code is "idempotency_key_in_use", $"{other.Status} {other.Code}")
        );
        Assert.Single(
            others.Where(other => other.Status is HttpStatusCode.OK).Select(other => other.Body!["data"]!.ToJsonString()).Distinct()
        );
        Assert.Single(await Fleet.Emulator.JournalAsync(clientId), record => record is { Method: "POST", Path: "/oss/v2/buckets" });
    }

    [Fact]
    public async Task KilledHub_LosesNothing_AndItsAccountsWorkAgainWithinSeconds()
    {
        var load = await FleetLoad.StartAsync(Fleet);
        var busiest = load.HubWithMostAccounts();

        var moment = TimeProvider.System.GetTimestamp();
        await busiest.KillAsync();
        var looks = await Task.WhenAll(load.Accounts.Select(LookAsync)); // At once, before anybody has noticed it.
        await load.ProgressAsync(writes: 3);
        var recovery = load.RecoveryAfter(moment);
        await busiest.StartAgainAsync();
        await load.ProgressAsync(writes: 3);

        var told = await ReportAsync("kill -9", load, recovery);
        Assert.DoesNotContain("hub_unavailable", told, StringComparison.Ordinal); // Who asks another hub waits and is served.
        Assert.All(looks, look => Assert.True(look.Status is HttpStatusCode.OK, $"{look.Body}"));

        Task<ApiAnswer> LookAsync(string account) =>
            Fleet.Hubs.First(hub => hub != busiest).Http.SendAsync(HttpMethod.Get, $"/accounts/{account}/state");
    }

    [Fact]
    public async Task FrozenHub_LosesNothing_AndSendsNothingTwiceWhenItWakes()
    {
        var load = await FleetLoad.StartAsync(Fleet);
        var busiest = load.HubWithMostAccounts();
        var unkeyed = new System.Collections.Concurrent.ConcurrentBag<(string Name, ApiAnswer Answer)>();
        using var over = new CancellationTokenSource();

        var moment = TimeProvider.System.GetTimestamp();
        busiest.Freeze();
        var writing = load.WriteWithoutKeysAsync(Fleet.Hubs.Where(hub => hub != busiest), unkeyed, over.Token);
        await load.ProgressAsync(writes: 3);
        var recovery = load.RecoveryAfter(moment);
        await Fleet.WaitForActiveServersAsync(2); // The others have declared it dead, also when it held nobody up.
        await over.CancelAsync();
        await writing;
        var sent = (await load.SentAsync()).Count();
        busiest.Thaw();
        await busiest.WaitForExitAsync(); // It learns that, and ends.

        // What its callers were told that nobody knows, and have looked for, is not done after all.
        var given = unkeyed.Where(write => write.Answer.Status is not HttpStatusCode.OK).Select(write => write.Name).ToHashSet();
        Assert.NotEmpty(given);
        Assert.DoesNotContain((await load.SentAsync()).Skip(sent), given.Contains);
        await load.ProgressAsync(writes: 3);
        await busiest.StartAgainAsync();
        await load.ProgressAsync(writes: 3);

        await ReportAsync("SIGSTOP", load, recovery);
    }

    /// <summary>Without keys: nobody repeats what may have taken effect, so an answer that is lost is a call that failed.</summary>
    [Fact]
    public async Task StoppedHub_FinishesWhatRuns_AndTheAnswersArrive()
    {
        var load = await FleetLoad.StartAsync(Fleet);
        var stopped = load.HubWithMostAccounts();
        await Fleet.Emulator.FaultAsync(
            new
            {
                match = new { method = "POST", path_regex = "/folders$" },
                client_id = load.ClientId,
                kind = "late_answer",
                delay_ms = 700,
                times = 100_000,
            }
        );
        var writes = new System.Collections.Concurrent.ConcurrentBag<(string Name, ApiAnswer Answer)>();
        using var over = new CancellationTokenSource();
        var writing = load.WriteWithoutKeysAsync(Fleet.Hubs.Where(hub => hub != stopped), writes, over.Token);

        await stopped.TerminateAsync();
        await over.CancelAsync();
        await writing;
        await stopped.StartAgainAsync();
        await load.StopAndCheckAsync();

        var sent = (await load.SentAsync()).ToHashSet();
        Assert.NotEmpty(writes);
        Assert.All(
            writes.Where(write => write.Answer.Status is not HttpStatusCode.OK),
            write => Assert.False(sent.Contains(write.Name), $"{write.Answer.Body}")
        );
    }

    /// <summary>It would take the place of the one that runs, which the others and itself would then take for dead.</summary>
    [Fact]
    public async Task ServerThatIsStartedTwice_Ends_AndLeavesTheFirstOneAlone()
    {
        var first = Fleet.Hubs[0];
        var settings = new Dictionary<string, string>
        {
            [Connection] = Fleet.ConnectionString,
            ["TenantHub__Orleans__AdvertisedAddress"] = "127.0.0.1",
            ["TenantHub__Orleans__SiloPort"] = $"{first.SiloPort}",
            ["TenantHub__Orleans__GatewayPort"] = $"{first.GatewayPort}",
        };

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            ServerProcess.StartAsync(Fleet.Emulator.Address, settings: settings)
        );

        Assert.Contains("exit code 1 ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("TenantHub:Orleans:SiloPort", refused.Message, StringComparison.Ordinal);
        await Fleet.WaitForActiveServersAsync(Fleet.Hubs.Count);
        Assert.True(await IsReadyAsync(first));
    }

    [Fact]
    public async Task RestartedDatabase_LosesNothing()
    {
        var load = await FleetLoad.StartAsync(Fleet);

        await Fleet.Database.StopAsync();
        await Fleet.Database.StartAgainAsync();
        var moment = TimeProvider.System.GetTimestamp();
        await load.ProgressAsync(writes: 3);

        await ReportAsync("PostgreSQL restarted", load, load.RecoveryAfter(moment));
    }

    [Fact]
    public async Task KilledDatabase_LosesNothing_AndCallersAreToldMeanwhile()
    {
        var outage = TimeSpan.FromSeconds(
            int.Parse(
                Environment.GetEnvironmentVariable("TENANTHUB_TEST_OUTAGE_SECONDS") ?? "8",
                System.Globalization.CultureInfo.InvariantCulture
            )
        );
        var load = await FleetLoad.StartAsync(Fleet);

        await Fleet.Database.KillAsync();
        await Task.Delay(outage, TimeProvider.System, TestContext.Current.CancellationToken);
        await Fleet.Database.StartAgainAsync();
        var moment = TimeProvider.System.GetTimestamp();
        await load.ProgressAsync(writes: 3);

        var told = await ReportAsync($"PostgreSQL gone for {outage.TotalSeconds:0} s", load, load.RecoveryAfter(moment));
        Assert.Contains("storage_unavailable", told, StringComparison.Ordinal);
    }

    /// <summary>The others reach it and the database, so to the cluster nothing is wrong; but whatever it owns fails.</summary>
    [Fact]
    public async Task HubThatAloneLosesTheDatabase_SaysSo_GivesItsAccountsUp_AndEnds()
    {
        var direct = new NpgsqlConnectionStringBuilder(Fleet.ConnectionString);
        await using var line = new SilentLine(direct.Port);
        var hub = Fleet.Hubs[^1];
        hub.Set(Connection, new NpgsqlConnectionStringBuilder(Fleet.ConnectionString) { Port = line.Port }.ToString());
        await hub.TerminateAsync();
        await hub.StartAgainAsync();
        var load = await FleetLoad.StartAsync(Fleet); // While the others still learn that it is back.

        var moment = TimeProvider.System.GetTimestamp();
        line.FallSilent();
        await Until.TrueAsync(async () => !await IsReadyAsync(hub), "the hub says that it is not ready");
        var told = TimeProvider.System.GetElapsedTime(moment);
        var code = await hub.WaitForExitAsync();
        var ended = TimeProvider.System.GetElapsedTime(moment);
        await load.ProgressAsync(writes: 3);
        hub.Set(Connection, Fleet.ConnectionString);
        await hub.StartAgainAsync();

        await ReportAsync(
            $"one hub without its database: not ready after {told.TotalSeconds:0.0} s, ended after {ended.TotalSeconds:0.0} s",
            load,
            load.RecoveryAfter(moment)
        );
        Assert.Equal(1, code);
        foreach (var other in Fleet.Hubs)
            Assert.True(await IsReadyAsync(other));
    }

    private static async Task<bool> IsReadyAsync(ServerProcess hub)
    {
        using var answer = await hub.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return answer.IsSuccessStatusCode;
    }

    private static async Task<string> ReportAsync(string what, FleetLoad load, TimeSpan recovery)
    {
        var longest = load.LongestWrite();
        var told = await load.StopAndCheckAsync();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{what}: all callers served again after {recovery.TotalSeconds:0.0} s; longest write {longest.TotalSeconds:0.0} s; {told}"
        );
        return told;
    }
}
