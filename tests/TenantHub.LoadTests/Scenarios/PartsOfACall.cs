using TenantHub.LoadTests.Peers;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

/// <remarks>Requests that go only a part of the way, and hubs with one thing switched off, in turns with the whole call and with
/// YARP.</remarks>
internal sealed class PartsOfACall : IScenario
{
    public string Name => "parts";

    public string Sentence =>
        "Where the CPU time of a call goes: requests that turn back on the way, and hubs with one thing switched off.";

    public bool IsCheck => false;

    public async Task RunAsync(ScenarioRun run)
    {
        run.Setup = "upstream, YARP and four hub processes; SQLite; 64 connections from this process";
        var accounts = run.Accounts(normal: 500, inShort: 50);
        run.Phase("starting");
        await using var parts = await PeerComparison.StartPartsAsync(accounts, run.Phase);
        await parts.SetAsync(1024, 0);
        var all = await parts.MeasureAsync(run.Pick(7, 3), run.Pick(1.5, 0.5), null, accounts, null, run.Phase);
        var whole = all.First(figures => figures.Name == "hub");
        foreach (var one in all)
        {
            run.Note($"{one.Name}: CPU per call", one.Median(turn => turn.CpuMicroseconds), "µs");
            run.Note($"{one.Name}: CPU per call, in units of the whole call", one.Ratio(whole, turn => turn.CpuMicroseconds));
            run.Note($"{one.Name}: allocated per call", one.Median(turn => turn.AllocatedBytes) / 1024, "KB");
        }

        run.Note("errors", all.Sum(one => one.Errors));
    }
}
