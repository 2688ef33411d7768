using Spectre.Console;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Reporting;

/// <summary>Results on the console.</summary>
internal static class ResultTable
{
    /// <summary>The figures of one scenario, and which limits are broken.</summary>
    public static void Print(ScenarioResult result)
    {
        var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape($"{result.Scenario.Name}: {result.Run.Setup}, {result.Took.TotalSeconds:0.0} s"))
            .AddColumn("figure").AddColumn(new TableColumn("value").RightAligned()).AddColumn("").AddColumn("limit").AddColumn("");
        foreach (var (figure, limit) in result.Verdicts)
            table.AddRow(Markup.Escape(figure.Name), Number.Of(figure.Value), figure.Unit, limit?.ToString() ?? "", limit is null ? "" : limit.Allows(figure.Value) ? "[green]held[/]" : $"[red]BROKEN[/] {Markup.Escape(limit.Why)}");
        AnsiConsole.Write(table);
        foreach (var (kind, code, count) in result.Recorder.Tallies.SelectMany(tally => tally.Failures.Select(failure => (tally.Name, failure.Key, failure.Value))))
            AnsiConsole.WriteLine($"   {kind}: {count} x {code}");
        if (result.Failure is { } failure) AnsiConsole.MarkupLineInterpolated($"[red]did not come to its end:[/] {failure}");
    }

    public static void PrintSummary(IReadOnlyList<ScenarioResult> results)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("scenario").AddColumn(new TableColumn("took").RightAligned()).AddColumn(new TableColumn("calls").RightAligned())
            .AddColumn(new TableColumn("held").RightAligned()).AddColumn(new TableColumn("broken").RightAligned());
        foreach (var result in results)
            table.AddRow(Markup.Escape(result.Scenario.Name), $"{result.Took.TotalSeconds:0.0} s", $"{result.Recorder.Tallies.Sum(tally => tally.Succeeded):N0}", $"{result.Held}", result.Broken == 0 ? "0" : $"[red]{result.Broken}[/]");
        AnsiConsole.Write(table);
    }
}
