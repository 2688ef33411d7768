using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

internal sealed class ManyAccounts : IScenario
{
    private const double KB = 1024;

    public string Name => "many-accounts";

    public string Sentence => "Very many accounts in one process, each linked, called once and still active: what one costs in memory.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        var count = run.Accounts(normal: 100_000, inShort: 1_000);
        await using var autodesk = await BareAutodesk.StartAsync();
        await using var hub = await run.StartClusterAsync(autodesk);
        var calls = run.Recorder.Tally("first calls");
        var empty = ProcessSample.OfThisCollected();

        var began = run.Recorder.Elapsed;
        await LinkAndCallAsync(run, hub, calls, count);
        var took = run.Recorder.Elapsed - began;

        run.Phase("waiting until all calls are in the log");
        await hub.WaitForCallLogAsync(count);
        var full = ProcessSample.OfThisCollected();
        run.Note("errors", calls.Errors());
        run.Note("accounts not active", count - await hub.CountActiveAccountsAsync());
        run.Note("heap per account", (full.ManagedBytes - empty.ManagedBytes) / count / KB, "KB");
        run.Note("resident memory per account", (full.ResidentBytes - empty.ResidentBytes) / count / KB, "KB");
        run.Note("linked and called", count / took.TotalSeconds, "accounts/s");
    }

    /// <summary>In a method of its own: what the load keeps of an account must be gone when memory is measured.</summary>
    private static async Task LinkAndCallAsync(ScenarioRun run, LoadCluster hub, Tally calls, int count)
    {
        var accounts = await run.LinkAsync(hub, count, "autodesk_get_hub");
        run.Phase("each account's first call");
        await Pace.EachAsync(
            count,
            64,
            async (i, due) =>
            {
                var result = await accounts[i].ReadAsync();
                run.Recorder.Add(
                    calls,
                    TimeProvider.System.GetElapsedTime(due),
                    result is Actions.ActionResult.Failed failed ? WireName.Of(failed.Error.Code) : null
                );
            }
        );
    }
}
