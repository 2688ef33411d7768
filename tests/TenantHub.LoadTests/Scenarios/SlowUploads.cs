using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

/// <remarks>
/// Calls of one account at a fixed rate: alone, beside slow uploads of another that go past the hub, and beside the same through it. Sender and
/// storage share the processors with the hub, so what the hub's own part costs is the difference between the last two.
/// </remarks>
internal sealed class SlowUploads : IScenario
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    public string Name => "slow-uploads";

    public string Sentence => "Two hundred uploads with two megabits each, beside the calls of another account.";

    public bool IsCheck => false; // It takes minutes until slow uploads are what they are.

    public async Task RunAsync(ScenarioRun run)
    {
        run.Setup = UploadingAccount.Setup;
        run.Phase("starting " + run.Setup);
        await using var emulator = await UploadingAccount.StartStorageAsync();
        await using var hub = await UploadingAccount.StartHubAsync(emulator);
        run.Sample = () => Task.FromResult(ProcessSample.OfAll([hub.ProcessId]));
        var account = await UploadingAccount.LinkAsync(emulator, hub);
        var other = await UploadingAccount.LinkAsync(emulator, hub);
        var (count, time) = (run.Pick(200, 20), run.Time(15, 2));
        string[] kinds = ["alone", "beside slow uploads past the hub", "beside slow uploads"];
        var (halves, tails) = (
            kinds.ToDictionary(kind => kind, _ => new List<double>()),
            kinds.ToDictionary(kind => kind, _ => new List<double>())
        );
        await other.CallAsync(50, TimeSpan.FromSeconds(2), new Histogram());
        var parts = new List<double>();
        for (var round = 0; round < run.Pick(3, 1); round++)
        {
            foreach (var kind in round % 2 == 0 ? kinds : kinds.Reverse())
            {
                run.Phase($"calls {kind}, round {round + 1}");
                using var end = new CancellationTokenSource();
                var uploads = kind == kinds[0] ? [] : await account.BeginSlowAsync(count, isDirect: kind == kinds[1], end.Token);
                if (uploads.Count > 0)
                    await Task.Delay(run.Pick(TimeSpan.FromSeconds(22), TimeSpan.Zero), Clock, end.Token); // Until parts are full and sent on.
                var calls = new Histogram();
                await other.CallAsync(50, time, calls);
                await end.CancelAsync();
                await Task.WhenAll(uploads);
                if (kind == kinds[2])
                    parts.Add(await account.StoredPartsAsync(count));
                halves[kind].Add(calls.Percentile(0.5));
                tails[kind].Add(calls.Percentile(0.99));
            }
        }

        foreach (var kind in kinds)
        {
            run.Note($"calls {kind}: p50", Median(halves[kind]), "ms");
            run.Note($"calls {kind}: p99", Median(tails[kind]), "ms");
        }

        run.Note("slow uploads: parts that storage has of each, on average", Median(parts));
        run.Note("calls beside slow uploads: p50, in units of calls alone", Median(halves[kinds[2]]) / Median(halves[kinds[0]]));
        run.Note("calls beside slow uploads: p50, in units of those past the hub", Median(halves[kinds[2]]) / Median(halves[kinds[1]]));
        run.Note("errors", account.Wrong.Count + other.Wrong.Count);
        run.Remarks.AddRange(account.Wrong.Concat(other.Wrong).Distinct().Take(2));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
