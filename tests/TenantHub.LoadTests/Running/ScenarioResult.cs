using TenantHub.LoadTests.Recording;

namespace TenantHub.LoadTests.Running;

/// <summary>What became of a scenario.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Run">Its run.</param>
/// <param name="Verdicts">Its figures, held against the limits.</param>
/// <param name="Took">How long it took with all starts.</param>
/// <param name="Failure">Why it did not come to its end; null when it did.</param>
internal sealed record ScenarioResult(IScenario Scenario, ScenarioRun Run, IReadOnlyList<Verdict> Verdicts, TimeSpan Took, string? Failure)
{
    public Recorder Recorder => Run.Recorder;

    public int Broken => Verdicts.Count(verdict => verdict.IsBroken) + (Failure is null ? 0 : 1);

    public int Held => Verdicts.Count(verdict => verdict.Limit is not null && !verdict.IsBroken);
}
