using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

internal sealed class NoisyNeighbour : IScenario
{
    private const int Times = 20;
    private const double PerSecondEach = 2;

    public string Name => "noisy-neighbour";

    public string Sentence =>
        "One account calls twenty times as much as each of the others, more than its lane can take: the others must not feel it.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        await using var autodesk = await BareAutodesk.StartAsync();
        await autodesk.AnswerAsync(1024, delayMs: 40);
        await using var hub = await run.StartClusterAsync(autodesk);
        var accounts = await run.LinkAsync(hub, run.Accounts(normal: 50, inShort: 25), "autodesk_get_hub");
        var (noisy, quiet) = (accounts[0], accounts.Skip(1).ToList());
        await run.WarmUpAsync(accounts);

        run.Phase("the others alone");
        var (alone, beside, noise) = (
            run.Recorder.Tally("others alone"),
            run.Recorder.Tally("others beside the noise"),
            run.Recorder.Tally("noise")
        );
        await QuietAsync(alone);

        run.Phase("the noise begins");
        await Task.WhenAll(
            QuietAsync(beside),
            Pace.OpenAsync(
                PerSecondEach * Times,
                run.Time(20, 2.5),
                (_, due) => run.MeasureAsync(noise, noisy, due, () => noisy.ReadAsync())
            )
        );

        run.Note("errors", alone.Errors() + beside.Errors());
        run.Note("others' p99, in units of their p99 alone", beside.Percentile(0.99) / alone.Percentile(0.99));
        run.Note("noise p99", noise.Percentile(0.99), "ms");
        run.Note("noise refused", noise.Errors());

        Task QuietAsync(Tally calls) =>
            Pace.OpenAsync(
                PerSecondEach * quiet.Count,
                run.Time(20, 2.5),
                (call, due) => run.MeasureAsync(calls, quiet[call % quiet.Count], due, () => quiet[call % quiet.Count].ReadAsync())
            );
    }
}
