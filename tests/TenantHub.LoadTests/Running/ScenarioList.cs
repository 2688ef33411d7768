using TenantHub.LoadTests.Scenarios;

namespace TenantHub.LoadTests.Running;

/// <summary>All scenarios, in the order in which <c>all</c> runs them. A new one is a line here.</summary>
internal static class ScenarioList
{
    public static readonly IReadOnlyList<IScenario> All =
    [
        new SteadyLoad(),
        new RampToSaturation(),
        new NoisyNeighbour(),
        new QuotaSaturation(),
        new Agents(),
        new TokenStorm(),
        new ColdStart(),
        new ManyAccounts(),
        new ListedAccounts(),
        new MixedReadsAndWrites(),
        new SlowAutodesk(),
        new FailingAutodesk(),
        new BigBodies(),
        new Files(),
        new SlowUploads(),
        new FuzzedCalls(),
        new FleetFaults(),
        new AutodeskEvents(),
        new EventRate(),
        new BesidePeers(),
        new PartsOfACall(),
        new Soak(),
    ];
}
