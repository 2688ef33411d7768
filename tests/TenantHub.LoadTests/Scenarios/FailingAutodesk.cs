using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using TenantHub.Actions;
using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

internal sealed class FailingAutodesk : IScenario
{
    private const int WriteEvery = 10;

    public string Name => "failing-autodesk";

    public string Sentence =>
        "One request in ten fails: half are refused with 503, half take effect and lose their answer. Repeats hide it from nearly every caller, and no write takes effect twice.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        await using var autodesk = await EmulatedAutodesk.StartAsync(keepBodies: true);
        await using var hub = await run.StartClusterAsync(autodesk);
        var accounts = await run.LinkAsync(
            hub,
            run.Accounts(normal: 50, inShort: 20),
            "autodesk_get_hub",
            "autodesk_create_folder",
            "autodesk_list_folder_contents"
        );
        await run.WarmUpAsync(accounts);
        await Pace.EachAsync(accounts.Count, atOnce: 10, (i, _) => accounts[i].CreateFolderAsync($"{i}-before")); // Whose project it is, is known then: repeats of that look have a budget of their own.
        await autodesk.Emulator.FaultAsync(
            new
            {
                match = new { path_regex = "^/(project|data)" },
                kind = "status",
                status = 503,
                probability = 0.05,
            }
        );
        await autodesk.Emulator.FaultAsync(
            new
            {
                match = new { path_regex = "^/(project|data)" },
                kind = "lost_answer",
                probability = 0.05,
            }
        );
        await Journal.ClearAsync(autodesk);

        var breakers = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Name == "tenanthub.breaker.transitions")
                    own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => Interlocked.Increment(ref breakers));
        listener.Start();

        run.Phase("calling");
        var (reads, writes) = (run.Recorder.Tally("reads"), run.Recorder.Tally("writes"));
        var (accepted, backoff) = (new ConcurrentBag<string>(), 0);
        await Pace.OpenAsync(
            run.Pick(100, 40),
            run.Time(30, 3),
            async (call, due) =>
            {
                var account = accounts[call % accounts.Count];
                var (write, name) = (call / accounts.Count % WriteEvery == 0, $"{account.Number}-{call}");
                var result = await (
                    write
                        ? run.MeasureAsync(writes, account, due, () => account.CreateFolderAsync(name, key: name))
                        : run.MeasureAsync(reads, account, due, () => account.ReadAsync())
                );
                if (result?.Timing?.Backoff > TimeSpan.Zero)
                    Interlocked.Increment(ref backoff);
                if (write && result is ActionResult.Succeeded)
                    accepted.Add(name);
            }
        );

        var journal = await Journal.ReadAsync(autodesk);
        var (lost, twice) = journal.Check(accepted);
        run.Note("errors", reads.Errors(Honest) + writes.Errors(Honest));
        run.Note("accepted writes that Autodesk does not have", lost);
        run.Note("writes carried out twice", twice);
        run.Note("circuit breakers that opened", breakers);
        run.Note("reads that succeeded", reads.Succeeded / (double)(reads.Succeeded + reads.Errors()));
        run.Note("writes that succeeded", writes.Succeeded / (double)(writes.Succeeded + writes.Errors()));
        run.Note(
            "requests that failed at Autodesk",
            journal.Requests.Count(record => record.Status == 503) / (double)journal.Requests.Count
        );
        run.Note("calls with a repeat", backoff);
    }

    /// <summary>What may be said to a caller when Autodesk fails several times in a row: the truth, and nothing about the hub.</summary>
    private static readonly string[] Honest = ["autodesk_unavailable", "outcome_unknown"];
}
