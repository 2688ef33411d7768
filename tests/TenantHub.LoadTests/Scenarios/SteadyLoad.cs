using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

internal sealed class SteadyLoad : IScenario
{
    public string Name => "steady";

    public string Sentence =>
        "Reads, two of an account at once, at a constant rate that the hub can keep up with: every call succeeds, and no two of an account overlap at Autodesk.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        await using var autodesk = await EmulatedAutodesk.StartAsync();
        await using var hub = await run.StartClusterAsync(autodesk);
        var accounts = await run.LinkAsync(hub, run.Accounts(normal: 200, inShort: 40), "autodesk_get_hub");
        await run.WarmUpAsync(accounts);
        await autodesk.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/project" },
                kind = "latency",
                delay_ms = 2,
                jitter_ms = 8,
            }
        ); // Overlap shows only when requests take time.
        await Journal.ClearAsync(autodesk);

        run.Phase("calling");
        var reads = run.Recorder.Tally("reads");
        await Pace.OpenAsync(
            run.Pick(200, 50),
            run.Time(30, 2),
            (call, due) =>
            {
                var account = accounts[call % accounts.Count];
                return Task.WhenAll(ReadAsync(), ReadAsync());

                Task ReadAsync() => run.MeasureAsync(reads, account, due, () => account.ReadAsync());
            }
        );

        var journal = await Journal.ReadAsync(autodesk);
        run.Note("errors", reads.Errors());
        run.Note("overlapping requests of an account", journal.Overlaps(accounts));
        run.Note("429 from Autodesk", journal.RateLimited);
        run.Note("requests to Autodesk per call", journal.Requests.Count / (double)reads.Succeeded);
    }
}
