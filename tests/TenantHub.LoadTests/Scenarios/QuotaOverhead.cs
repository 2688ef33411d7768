using System.Net;
using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Running;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Scenarios;

/// <remarks>Two real servers and the same calls over HTTP in turn; the limits are above the load, so nobody waits.</remarks>
internal sealed class QuotaOverhead : IScenario
{
    private const int AtOnce = 32;
    private static readonly object GetHub = new { action = "autodesk_get_hub" };

    public string Name => "quota-overhead";

    public string Sentence => "What keeping limits costs: CPU time of the server per warm call with quotas on, in units of that with quotas off, in the same run.";

    public bool IsCheck => false;

    public async Task RunAsync(ScenarioRun run)
    {
        run.Setup = "2 hub processes, SQLite, emulator in this process";
        run.Phase("starting two hubs");
        await using var autodesk = await EmulatedAutodesk.StartAsync();
        await using var on = await StartAsync(autodesk, quotas: true);
        await using var off = await StartAsync(autodesk, quotas: false);
        var emulated = await autodesk.AddAccountsAsync(run.Accounts(normal: 64, inShort: 16));
        var accounts = new Dictionary<HubProcess, string[]> { [on] = await LinkAsync(autodesk, on, emulated), [off] = await LinkAsync(autodesk, off, emulated) };
        var (calls, perRound) = (run.Recorder.Tally("calls"), run.Pick(4_000, 200));

        for (var warmUp = 0; warmUp < 3; warmUp++)
        {
            run.Phase("rounds that do not count");
            foreach (var hub in accounts.Keys) await RoundAsync(hub);
        }

        var rounds = new List<(double On, double Off)>();
        for (var round = 1; round <= run.Pick(9, 3); round++)
        {
            // Who goes first changes, so that a drift of the machine favours nobody.
            run.Phase($"round {round}");
            var first = round % 2 == 0 ? on : off;
            var second = first == on ? off : on;
            var costs = new Dictionary<HubProcess, double> { [first] = await RoundAsync(first) };
            costs[second] = await RoundAsync(second);
            rounds.Add((costs[on], costs[off]));
        }

        run.Note("errors", calls.Errors());
        run.Note("CPU per call with quotas, in units of that without", Median(rounds.Select(round => round.On / round.Off)));
        run.Note("CPU per call with quotas", Median(rounds.Select(round => round.On)), "µs");
        run.Note("CPU per call without", Median(rounds.Select(round => round.Off)), "µs");

        // Gives the server's CPU time per call in microseconds.
        async Task<double> RoundAsync(HubProcess hub)
        {
            var before = hub.CpuTime;
            await Pace.EachAsync(perRound, AtOnce, async (call, due) =>
            {
                var answer = await hub.Http.RpcAsync(accounts[hub][call % accounts[hub].Length], GetHub);
                run.Recorder.Add(calls, TimeProvider.System.GetElapsedTime(due), answer.Status is HttpStatusCode.OK ? null : answer.Code);
            });
            return (hub.CpuTime - before).TotalMicroseconds / perRound;
        }
    }

    private static Task<HubProcess> StartAsync(EmulatedAutodesk autodesk, bool quotas) => HubProcess.StartAsync(autodesk.Address, settings: new Dictionary<string, string>
    {
        ["TenantHub__Quotas__Enabled"] = quotas ? "true" : "false",
        ["TenantHub__Quotas__Limits__dm-hub"] = "1000000",
        ["TenantHub__Quotas__Limits__dm-hubs"] = "1000000",
        ["Logging__LogLevel__Default"] = "Warning",
    });

    private static async Task<string[]> LinkAsync(EmulatedAutodesk autodesk, HubProcess hub, IReadOnlyList<AutodeskAccount> emulated)
    {
        var ids = new List<string>();
        foreach (var account in emulated)
        {
            var linked = await hub.Http.LinkAsync(autodesk.ClientId, autodesk.ClientSecret.Reveal(), account.Id);
            ids.Add(linked.Text("id") ?? throw new InvalidOperationException($"The account was not linked: {linked.Body}"));
        }

        return [.. ids];
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
