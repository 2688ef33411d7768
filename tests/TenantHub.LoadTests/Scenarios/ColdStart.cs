using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

internal sealed class ColdStart : IScenario
{
    private const int AtOnce = 100;

    public string Name => "cold-start";

    public string Sentence =>
        "No account is in memory, as after a restart, and all are called: what waking an account from storage costs beside a warm call.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        await using var autodesk = await BareAutodesk.StartAsync();
        await using var hub = await run.StartClusterAsync(autodesk);
        var accounts = await run.LinkAsync(hub, run.Accounts(normal: 5_000, inShort: 200), "autodesk_get_hub");
        await run.WarmUpAsync(accounts);

        run.Phase("warm calls");
        var (warm, cold) = (run.Recorder.Tally("warm calls"), run.Recorder.Tally("cold calls"));
        var warmTook = await Pace.EachAsync(
            accounts.Count,
            AtOnce,
            (i, due) => run.MeasureAsync(warm, accounts[i], due, () => accounts[i].ReadAsync())
        );

        run.Phase("putting all accounts to sleep");
        await hub.DeactivateAllAsync();
        await hub.WaitForCallLogAsync(2 * accounts.Count);
        var asleep = ProcessSample.OfThisCollected();

        run.Phase("cold calls");
        var coldTook = await Pace.EachAsync(
            accounts.Count,
            AtOnce,
            (i, due) => run.MeasureAsync(cold, accounts[i], due, () => accounts[i].ReadAsync())
        );

        await hub.WaitForCallLogAsync(3 * accounts.Count);
        var awake = ProcessSample.OfThisCollected();

        run.Note("errors", warm.Errors() + cold.Errors());
        run.Note("accounts woken", accounts.Count / coldTook.TotalSeconds, "accounts/s");
        run.Note("time, in units of warm calls", coldTook / warmTook);
        run.Note("heap per woken account", (awake.ManagedBytes - asleep.ManagedBytes) / accounts.Count / 1024, "KB");
    }
}
