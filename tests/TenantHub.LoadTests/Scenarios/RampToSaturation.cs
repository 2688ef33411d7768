using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

internal sealed class RampToSaturation : IScenario
{
    private const double First = 500;
    private const double Step = 1.3;
    private const double MostP99 = 100;

    public string Name => "ramp";

    public string Sentence =>
        "The rate grows by 30 % every few seconds until calls come back later than they should: finds the knee, on this machine, with the load on it too.";

    public bool IsCheck => false;

    public async Task RunAsync(ScenarioRun run)
    {
        await using var autodesk = await BareAutodesk.StartAsync();
        await using var hub = await run.StartClusterAsync(autodesk);
        var accounts = await run.LinkAsync(hub, run.Accounts(normal: 1000, inShort: 100), "autodesk_get_hub");
        await run.WarmUpAsync(accounts);

        await CallAsync(First, run.Recorder.Tally("not counted")); // Code is compiled once more when it is used much.
        var good = new List<(double Rate, Tally Calls)>();
        for (var rate = First; ; rate *= Step)
        {
            // What the machine does besides can spoil a step; the hub's limit spoils it every time.
            if ((await StepAsync(rate, "") ?? await StepAsync(rate, ", once more")) is not { } calls)
                break;
            good.Add((rate, calls));
        }

        if (good.Count == 0)
            throw new InvalidOperationException("Even the first step was too much for this machine.");
        var (knee, _) = good[^1];
        run.Note("errors", good.Sum(step => step.Calls.Errors())); // Up to the knee: beyond it refusals are the right answer.
        run.Note("knee", knee, "calls/s");
        var half = good.MinBy(step => Math.Abs(step.Rate - knee / 2)).Calls;
        run.Note("p50 at half the knee", half.Percentile(0.5), "ms");
        run.Note("p99 at half the knee", half.Percentile(0.99), "ms");

        // Null when calls come back too late, or are not done in the time in which they were made.
        async Task<Tally?> StepAsync(double rate, string remark)
        {
            run.Phase($"{rate:0} calls/s");
            var (calls, began) = (run.Recorder.Tally($"at {rate:0}/s{remark}"), run.Recorder.Elapsed);
            await CallAsync(rate, calls);
            var done = calls.Succeeded / (run.Recorder.Elapsed - began).TotalSeconds;
            return done >= rate * 0.95 && calls.Percentile(0.99) <= MostP99 ? calls : null;
        }

        Task CallAsync(double rate, Tally calls) =>
            Pace.OpenAsync(
                rate,
                run.Time(4, 1),
                (call, due) =>
                    run.MeasureAsync(calls, accounts[call % accounts.Count], due, () => accounts[call % accounts.Count].ReadAsync())
            );
    }
}
