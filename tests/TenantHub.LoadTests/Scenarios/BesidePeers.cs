using System.Globalization;
using TenantHub.LoadTests.Peers;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

/// <remarks>
/// Every figure is taken from turns that follow each other closely, so a machine that is slower for a minute is slower for all; what is
/// compared are ratios within a round. The hub runs with everything on: authentication, call log, metrics, quotas above the load.
/// </remarks>
internal sealed class BesidePeers : IScenario
{
    private const string Limited = "YARP, limiter per tenant";
    private const string Hub = "hub";

    public string Name => "peers";

    public string Sentence =>
        "The hub beside YARP, YARP with a limiter per tenant, a minimal API with Polly, and an Orleans client in another process, all in front of the same upstream.";

    public bool IsCheck => false;

    public async Task RunAsync(ScenarioRun run)
    {
        run.Setup = "one process each for upstream, gateways, hub and Orleans client; SQLite; 64 connections from this process";
        var (accounts, rounds, seconds) = (run.Accounts(normal: 1_000, inShort: 50), run.Pick(5, 3), run.Pick(1.0, 0.5));
        var errors = 0;
        run.Phase("starting");
        await using var peers = await PeerComparison.StartAsync(accounts, run.Phase);

        var small = await RoundsAsync("1 KB", 1024, delayMs: 0, null, accounts);
        NoteRatios(run, "1 KB", small);
        NoteRatios(run, "64 KB", await RoundsAsync("64 KB", 64 * 1024, delayMs: 0, null, accounts));
        NoteRatios(run, "1 KB, upstream 20 ms", await RoundsAsync("1 KB, upstream 20 ms", 1024, delayMs: 20, null, accounts));

        // Half of what the slower of the two can do: then neither queues.
        var half = Math.Min(Of(small, Hub).Median(turn => turn.PerSecond), Of(small, Limited).Median(turn => turn.PerSecond)) / 2;
        var atHalf = await RoundsAsync("half load", 1024, delayMs: 0, half, accounts);
        run.Note("half load: calls", half, "/s");
        run.Note("half load: p50 above YARP", Of(atHalf, Hub).Difference(Of(atHalf, "YARP"), turn => turn.P50), "ms");
        run.Note("half load: p99 above YARP", Of(atHalf, Hub).Difference(Of(atHalf, "YARP"), turn => turn.P99), "ms");

        for (var some = 10; some <= accounts; some *= 10)
        {
            var few = await RoundsAsync($"{some} accounts", 1024, delayMs: 0, null, some, [Limited, Hub]);
            run.Note(
                $"{some.ToString("N0", CultureInfo.InvariantCulture)} accounts: throughput, in units of {Limited}",
                Of(few, Hub).Ratio(Of(few, Limited), turn => turn.PerSecond)
            );
        }

        run.Note("errors", errors);

        async Task<IReadOnlyList<PeerFigures>> RoundsAsync(
            string what,
            int bytes,
            int delayMs,
            double? perSecond,
            int some,
            string[]? only = null
        )
        {
            await peers.SetAsync(bytes, delayMs);
            var measured = await peers.MeasureAsync(rounds, seconds, perSecond, some, only, turn => run.Phase($"{what}: {turn}"));
            errors += measured.Sum(one => one.Errors);
            return measured;
        }
    }

    private static PeerFigures Of(IReadOnlyList<PeerFigures> all, string name) => all.First(figures => figures.Name == name);

    private static void NoteRatios(ScenarioRun run, string what, IReadOnlyList<PeerFigures> all)
    {
        var (yarp, limited) = (Of(all, "YARP"), Of(all, Limited));
        foreach (var one in all)
        {
            run.Note($"{what}: {one.Name}: calls", one.Median(turn => turn.PerSecond), "/s");
            run.Note($"{what}: {one.Name}: throughput, in units of {Limited}", one.Ratio(limited, turn => turn.PerSecond));
            run.Note($"{what}: {one.Name}: p50", one.Median(turn => turn.P50), "ms");
            run.Note($"{what}: {one.Name}: p99", one.Median(turn => turn.P99), "ms");
            if (one.Name == "direct")
                continue;
            run.Note($"{what}: {one.Name}: CPU per call", one.Median(turn => turn.CpuMicroseconds), "µs");
            run.Note($"{what}: {one.Name}: CPU per call, in units of YARP", one.Ratio(yarp, turn => turn.CpuMicroseconds));
            run.Note($"{what}: {one.Name}: allocated per call", one.Median(turn => turn.AllocatedBytes) / 1024, "KB");
        }
    }
}
