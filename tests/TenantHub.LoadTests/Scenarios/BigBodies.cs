using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

internal sealed class BigBodies : IScenario
{
    private const double MB = 1024 * 1024;
    private const int Callers = 8;

    public string Name => "big-bodies";

    public string Sentence => "Answers of 64 KB and of 1 MB: nothing of them stays in memory.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        await using var autodesk = await BareAutodesk.StartAsync();
        await using var hub = await run.StartClusterAsync(autodesk);
        var accounts = await run.LinkAsync(hub, run.Accounts(normal: 64, inShort: 32), "autodesk_get_hub");
        await run.WarmUpAsync(accounts);

        var errors = 0;
        foreach (var bytes in new[] { 64 * 1024, 1024 * 1024 })
        {
            var size = bytes < MB ? $"{bytes / 1024} KB" : $"{bytes / MB} MB";
            var calls = run.Recorder.Tally($"{size} answers");
            await autodesk.AnswerAsync(bytes);
            run.Phase($"{size} answers, not counted");
            await CallAsync(run.Recorder.Tally($"{size} answers, not counted"), run.Pick(3, 0.4));
            var before = await SettledAsync();

            run.Phase($"{size} answers");
            var began = run.Recorder.Elapsed;
            await CallAsync(calls, run.Time(15, 1).TotalSeconds);
            var took = run.Recorder.Elapsed - began;
            var moved = calls.Succeeded * bytes / MB;
            errors += calls.Errors();
            run.Note($"{size}: throughput", moved / took.TotalSeconds, "MB/s");
            run.Note($"{size}: heap grown after a full collection", (await SettledAsync() - before) / MB, "MB");
            run.Note($"{size}: moved in all", moved, "MB");
        }

        run.Note("errors", errors);

        Task CallAsync(Tally calls, double seconds) =>
            Pace.ClosedAsync(
                Callers,
                TimeSpan.FromSeconds(seconds),
                (caller, turn, due) =>
                {
                    var account = accounts[(caller + turn * Callers) % accounts.Count];
                    return run.MeasureAsync(calls, account, due, () => account.ReadAsync());
                }
            );

        // What still waits to be written into the call log is no leak.
        async Task<double> SettledAsync()
        {
            await hub.WaitForCallLogAsync(accounts.Count + run.Recorder.Tallies.Sum(tally => tally.Succeeded + tally.Errors()));
            return GC.GetTotalMemory(forceFullCollection: true);
        }
    }
}
