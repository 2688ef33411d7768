using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

internal sealed class QuotaSaturation : IScenario
{
    private const double Offered = 3;

    public string Name => "quota-saturation";

    public string Sentence =>
        "Three times as many calls as Autodesk's limit allows, from all accounts alike: Autodesk never answers 429, the limit is used up, and every account gets the same.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        // Autodesk's window is a minute. The short form counts in shorter ones, on both sides, to see several.
        var window = TimeSpan.FromSeconds(run.Pick(60, 3));
        var limit = run.Pick(600, 150);
        var time = run.Time(normal: 4 * 60, inShort: 3 * 3);
        await using var autodesk = await EmulatedAutodesk.StartAsync();
        await using var hub = await run.StartClusterAsync(
            autodesk,
            new Dictionary<string, string>
            {
                ["TenantHub:Quotas:Window"] = window.ToString(),
                ["TenantHub:Quotas:Limits:dm-hub"] = $"{limit}",
            }
        );
        var accounts = await run.LinkAsync(hub, run.Accounts(normal: 50, inShort: 20), "autodesk_get_hub");
        await Saturation.CountAsync(autodesk, limit, window);
        await Journal.ClearAsync(autodesk);

        run.Phase($"{Offered} times {limit} calls in {window.TotalSeconds} s");
        var (calls, began, last) = (run.Recorder.Tally("calls"), run.Recorder.Elapsed, TimeProvider.System.GetUtcNow() + time);
        await Pace.OpenAsync(
            limit * Offered / window.TotalSeconds,
            time,
            (call, due) =>
                run.MeasureAsync(
                    calls,
                    accounts[call % accounts.Count],
                    due,
                    () => accounts[call % accounts.Count].ReadAsync(Patience(window, last))
                )
        );

        var journal = await Journal.ReadAsync(autodesk);
        var windows = (int)(time / window);
        Saturation.Note(run, journal, began, window, windows, limit, [.. accounts.Select(EmulatedAutodesk.HubPath)]);
        run.Note("errors", calls.Errors("quota_exceeded", "deadline_exceeded", "lane_full"));
        run.Note("overlapping requests of an account", journal.Overlaps(accounts));
        run.Note("offered, in units of the limit", (calls.Succeeded + calls.Errors()) / (double)(limit * windows));
        run.Note("longest wait, in windows", calls.MaxMilliseconds / window.TotalMilliseconds);
        run.Note("refused at once or in time", calls.Errors());
    }

    /// <summary>A caller waits two windows at most, and nobody beyond the end: so there is always somebody who waits, and the run ends when
    /// it should.</summary>
    private static TimeSpan Patience(TimeSpan window, DateTimeOffset last)
    {
        var left = last - TimeProvider.System.GetUtcNow();
        return left < window * 2 ? left : window * 2;
    }
}
