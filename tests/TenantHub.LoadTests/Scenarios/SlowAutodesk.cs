using TenantHub.Actions;
using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

internal sealed class SlowAutodesk : IScenario
{
    private const int SlowAccounts = 5;
    private const double SlowPerSecondEach = 2;
    private static readonly TimeSpan Latency = TimeSpan.FromSeconds(2);

    public string Name => "slow-autodesk";

    public string Sentence =>
        "Autodesk takes two seconds for some accounts, which call four times as often as that allows: callers are told in time, and the other accounts go on as before.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        await using var autodesk = await EmulatedAutodesk.StartAsync();
        await using var hub = await run.StartClusterAsync(autodesk);
        var accounts = await run.LinkAsync(hub, run.Accounts(normal: 50, inShort: 25), "autodesk_get_hub");
        var (slow, others) = (accounts.Take(SlowAccounts).ToList(), accounts.Skip(SlowAccounts).ToList());
        await run.WarmUpAsync(accounts);
        await autodesk.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/project" },
                kind = "latency",
                delay_ms = 20,
            }
        ); // What Autodesk takes at best.

        run.Phase("the others alone");
        var (alone, beside, slowed) = (
            run.Recorder.Tally("others alone"),
            run.Recorder.Tally("others beside the slow ones"),
            run.Recorder.Tally("slow accounts")
        );
        await OthersAsync(alone);

        run.Phase("Autodesk becomes slow");
        foreach (var account in slow)
            await autodesk.Emulator.FaultAsync(
                new
                {
                    match = new { path_prefix = EmulatedAutodesk.HubPath(account) },
                    kind = "latency",
                    delay_ms = Latency.TotalMilliseconds,
                }
            );
        var (late, without, gate, patience) = (TimeSpan.Zero, 0, new Lock(), TimeSpan.FromSeconds(run.Pick(5, 3)));
        await Task.WhenAll(
            OthersAsync(beside),
            Pace.OpenAsync(
                SlowPerSecondEach * slow.Count,
                run.Time(20, 2.5),
                async (call, due) =>
                {
                    var account = slow[call % slow.Count];
                    var result = await run.MeasureAsync(slowed, account, due, () => account.ReadAsync(patience));
                    var waited = result is ActionResult.Succeeded { Timing: { } timing }
                        ? timing.Lane + timing.Quota
                        : TimeProvider.System.GetElapsedTime(due);
                    lock (gate)
                    {
                        if (waited - patience > late)
                            late = waited - patience;
                        if (result is ActionResult.Failed { Error.RetryAfter: null })
                            without++;
                    }
                }
            )
        );

        run.Note("errors", alone.Errors() + beside.Errors() + slowed.Errors("deadline_exceeded", "lane_full"));
        run.Note("longest wait beyond the deadline", late.TotalMilliseconds, "ms");
        run.Note("refusals that do not say when to come again", without);
        run.Note("others' p99, in units of their p99 alone", beside.Percentile(0.99) / alone.Percentile(0.99));
        run.Note("slow accounts' calls served", slowed.Succeeded);
        run.Note("slow accounts' calls refused", slowed.Errors());

        Task OthersAsync(Tally calls) =>
            Pace.OpenAsync(
                run.Pick(100, 50),
                run.Time(20, 2.5),
                (call, due) => run.MeasureAsync(calls, others[call % others.Count], due, () => others[call % others.Count].ReadAsync())
            );
    }
}
