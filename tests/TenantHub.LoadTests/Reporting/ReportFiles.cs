using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Reporting;

/// <summary>What a run leaves in its folder: report.html for people, results.json for programs, and every plot as a file of its
/// own.</summary>
internal static class ReportFiles
{
    /// <summary>Writes them, and gives the path of the report.</summary>
    public static async Task<string> WriteAsync(string folder, IReadOnlyList<ScenarioResult> results)
    {
        var environment = Machine.Describe();
        Directory.CreateDirectory(Path.Combine(folder, "plots"));
        await File.WriteAllTextAsync(Path.Combine(folder, "results.json"), ResultsJson.Of(results, environment));
        foreach (var result in results)
        {
            foreach (var (name, _, svg) in Plots.Of(result))
                await File.WriteAllTextAsync(Path.Combine(folder, "plots", $"{result.Scenario.Name}-{name}.svg"), Svg.Document(svg));
        }

        var report = Path.GetFullPath(Path.Combine(folder, "report.html"));
        await File.WriteAllTextAsync(report, HtmlReport.Of(results, environment));
        return report;
    }
}
