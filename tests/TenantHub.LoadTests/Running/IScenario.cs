namespace TenantHub.LoadTests.Running;

/// <summary>One way to load the hub. A scenario is a file in Scenarios and a line in <see cref="ScenarioList"/>; its limits stand in
/// limits.json.</summary>
internal interface IScenario
{
    /// <summary>Gets its name on the command line, in limits.json and in the report.</summary>
    string Name { get; }

    /// <summary>Gets what it shows, in one sentence.</summary>
    string Sentence { get; }

    /// <summary>Gets whether its short form checks correctness, and so belongs to <c>all --short</c>.</summary>
    bool IsCheck { get; }

    /// <summary>Starts what it needs, puts the load on, and notes figures.</summary>
    Task RunAsync(ScenarioRun run);
}
