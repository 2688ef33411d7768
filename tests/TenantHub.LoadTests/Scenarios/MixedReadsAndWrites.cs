using System.Collections.Concurrent;
using System.Globalization;
using TenantHub.Actions;
using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

internal sealed class MixedReadsAndWrites : IScenario
{
    private const int WriteEvery = 10;
    private const int Burst = 3;

    public string Name => "mixed";

    public string Sentence =>
        "Nine reads and one write in ten, the writes in bursts of three at once and a read with them: each takes effect once, in the order in which the account's caller sent them, and nothing runs beside it.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        await using var autodesk = await EmulatedAutodesk.StartAsync(keepBodies: true);
        await using var hub = await run.StartClusterAsync(autodesk);
        var accounts = await run.LinkAsync(hub, run.Accounts(normal: 50, inShort: 15), "autodesk_get_hub", "autodesk_create_folder");
        await run.WarmUpAsync(accounts);
        await autodesk.Emulator.FaultAsync(
            new
            {
                match = new { path_regex = "^/(project|data)" },
                kind = "latency",
                delay_ms = 2,
                jitter_ms = 8,
            }
        ); // Overlap shows only when requests take time.
        await Journal.ClearAsync(autodesk);

        run.Phase("calling");
        var (reads, writes) = (run.Recorder.Tally("reads"), run.Recorder.Tally("writes"));
        var (accepted, bursts) = (new ConcurrentBag<string>(), new int[accounts.Count]);
        await Pace.OpenAsync(
            run.Pick(200, 60),
            run.Time(30, 3),
            (call, due) =>
            {
                var account = accounts[call % accounts.Count];
                if (call / accounts.Count % (WriteEvery * Burst) != 0)
                    return run.MeasureAsync(reads, account, due, () => account.ReadAsync());
                var burst = bursts[account.Number]++;
                return Task.WhenAll(
                    Enumerable
                        .Range(burst * Burst, Burst)
                        .Select(number =>
                            WriteAsync(account, string.Create(CultureInfo.InvariantCulture, $"{account.Number}-{number:0000}"), due)
                        )
                        .Append(run.MeasureAsync(reads, account, due, () => account.ReadAsync()))
                );
            }
        );

        var journal = await Journal.ReadAsync(autodesk);
        var (lost, twice) = journal.Check(accepted);
        run.Note("errors", reads.Errors() + writes.Errors());
        run.Note("overlapping requests of an account", journal.Overlaps(accounts));
        run.Note("accepted writes that Autodesk does not have", lost);
        run.Note("writes carried out twice", twice);
        run.Note("writes before one that was sent earlier", OutOfOrder(journal));
        run.Note("429 from Autodesk", journal.RateLimited);

        async Task WriteAsync(LoadAccount account, string name, long due)
        {
            if (await run.MeasureAsync(writes, account, due, () => account.CreateFolderAsync(name)) is ActionResult.Succeeded)
                accepted.Add(name);
        }
    }

    /// <summary>Names hold the order in which they were sent; within an account they must have reached Autodesk in it.</summary>
    private static int OutOfOrder(Journal journal)
    {
        var wrong = 0;
        foreach (var own in journal.FolderWrites().GroupBy(write => write.Name.Split('-')[0]))
        {
            var names = own.Select(write => write.Name).ToList();
            for (var i = 1; i < names.Count; i++)
                wrong += string.CompareOrdinal(names[i], names[i - 1]) < 0 ? 1 : 0;
        }

        return wrong;
    }
}
