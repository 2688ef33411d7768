using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

internal sealed class SteadyLoad : IScenario
{
    public string Name => "steady";

    public string Sentence => "Reads at a constant rate that the hub can keep up with: every call succeeds, and no two of an account overlap at Autodesk.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        await using var autodesk = await EmulatedAutodesk.StartAsync();
        await using var hub = await run.StartClusterAsync(autodesk);
        var accounts = await run.LinkAsync(hub, run.Accounts(normal: 200, inShort: 40), "autodesk_get_hub");
        await run.WarmUpAsync(accounts);
        await Journal.ClearAsync(autodesk);

        run.Phase("calling");
        var reads = run.Recorder.Tally("reads");
        await Pace.OpenAsync(run.Pick(400, 100), run.Time(30, 3), (call, due) => run.MeasureAsync(reads, accounts[call % accounts.Count], due, () => accounts[call % accounts.Count].ReadAsync()));

        var journal = await Journal.ReadAsync(autodesk);
        run.Note("errors", reads.Errors());
        run.Note("overlapping requests of an account", journal.Overlaps(accounts));
        run.Note("429 from Autodesk", journal.RateLimited);
        run.Note("requests to Autodesk per call", journal.Requests.Count / (double)reads.Succeeded);
        run.NoteLatency(reads);
    }
}
