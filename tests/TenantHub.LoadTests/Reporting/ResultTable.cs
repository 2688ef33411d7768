using Spectre.Console;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Reporting;

/// <summary>Results on the console.</summary>
internal static class ResultTable
{
    /// <summary>The figures of one scenario, and which limits are broken.</summary>
    public static void Print(ScenarioResult result)
    {
        var table = new Table()
            .Border(TableBorder.Simple)
            .Title(Markup.Escape($"{result.Scenario.Name}: {result.Run.Setup}, {result.Took.TotalSeconds:0.0} s"))
            .AddColumn("figure")
            .AddColumn(new TableColumn("value").RightAligned())
            .AddColumn("")
            .AddColumn("limit")
            .AddColumn("");
        foreach (var (figure, limit) in result.Verdicts)
            table.AddRow(
                Markup.Escape(figure.Name),
                Number.Of(figure.Value),
                figure.Unit,
                limit?.ToString() ?? "",
                limit is null ? ""
                    : limit.Allows(figure.Value) ? "[green]held[/]"
                    : $"[red]BROKEN[/] {Markup.Escape(limit.Why)}"
            );
        AnsiConsole.Write(table);
        foreach (var tally in result.Recorder.Tallies)
            AnsiConsole.WriteLine(
                $"   {tally.Name}: {tally.Succeeded:N0} calls, p50 {Number.Of(tally.Percentile(0.5))} ms, p99 {Number.Of(tally.Percentile(0.99))} ms{string.Concat(tally.Failures.Select(failure => $"; {failure.Value:N0} {failure.Key}"))}"
            );
        foreach (var remark in result.Run.Remarks)
            AnsiConsole.WriteLine("   " + remark);
        if (result.Failure is { } failure)
            AnsiConsole.MarkupLineInterpolated($"[red]did not come to its end:[/] {failure}");
    }

    public static void PrintSummary(IReadOnlyList<ScenarioResult> results)
    {
        var table = new Table()
            .Border(TableBorder.Simple)
            .AddColumn("scenario")
            .AddColumn(new TableColumn("took").RightAligned())
            .AddColumn(new TableColumn("calls").RightAligned())
            .AddColumn(new TableColumn("held").RightAligned())
            .AddColumn(new TableColumn("broken").RightAligned());
        foreach (var result in results)
            table.AddRow(
                Markup.Escape(result.Scenario.Name),
                $"{result.Took.TotalSeconds:0.0} s",
                $"{result.Recorder.Tallies.Sum(tally => tally.Succeeded):N0}",
                $"{result.Held}",
                result.Broken == 0 ? "0" : $"[red]{result.Broken}[/]"
            );
        AnsiConsole.Write(table);
    }
}
