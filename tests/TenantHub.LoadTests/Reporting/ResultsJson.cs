using System.Text.Json;
using System.Text.Json.Serialization;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Reporting;

/// <summary>results.json: everything that the report shows, for programs.</summary>
internal static class ResultsJson
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static string Of(IReadOnlyList<ScenarioResult> results, IReadOnlyDictionary<string, string> environment) =>
        JsonSerializer.Serialize(
            new
            {
                environment = environment.ToDictionary(fact => fact.Key.ToLowerInvariant(), fact => fact.Value),
                scenarios = results.Select(result => new
                {
                    name = result.Scenario.Name,
                    setup = result.Run.Setup,
                    took_seconds = result.Took.TotalSeconds,
                    result.Failure,
                    figures = result.Verdicts.Select(verdict => new
                    {
                        verdict.Figure.Name,
                        verdict.Figure.Value,
                        verdict.Figure.Unit,
                        verdict.Limit?.Min,
                        verdict.Limit?.Max,
                        held = verdict.Limit is null ? (bool?)null : !verdict.IsBroken,
                    }),
                    calls = result.Recorder.Tallies.Select(tally => new
                    {
                        kind = tally.Name,
                        tally.Succeeded,
                        p50_ms = tally.Percentile(0.5),
                        p95_ms = tally.Percentile(0.95),
                        p99_ms = tally.Percentile(0.99),
                        max_ms = tally.MaxMilliseconds,
                        tally.Failures,
                    }),
                    seconds = result.Recorder.Seconds.Select(second => new
                    {
                        second = second.Number,
                        succeeded = second.Latency.Count,
                        second.Failed,
                        second.Outstanding,
                        p50_ms = second.Latency.Percentile(0.5),
                        p95_ms = second.Latency.Percentile(0.95),
                        p99_ms = second.Latency.Percentile(0.99),
                        max_ms = second.Latency.MaxMilliseconds,
                        second.Process,
                    }),
                    waits_by_account = result
                        .Recorder.Waits.OrderBy(wait => wait.Key)
                        .Select(wait => new
                        {
                            account = wait.Key,
                            mean_ms = wait.Value.MeanMilliseconds,
                            max_ms = wait.Value.MaxMilliseconds,
                        }),
                    result.Run.QuotaWindows,
                }),
            },
            Json
        );
}
