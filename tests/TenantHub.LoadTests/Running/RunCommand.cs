using System.CommandLine;
using Spectre.Console;
using TenantHub.LoadTests.Reporting;

namespace TenantHub.LoadTests.Running;

/// <summary>The command line of scenarios: one command for each, <c>all</c> and <c>list</c>.</summary>
internal static class RunCommand
{
    private static readonly Option<int?> Accounts = new("--accounts")
    {
        Description = "How many accounts; each scenario has a number of its own.",
    };
    private static readonly Option<int?> Seconds = new("--seconds")
    {
        Description = "How long the load lasts; each scenario has a time of its own.",
    };
    private static readonly Option<int?> Silos = new("--silos")
    {
        Description = "How many silos, or hubs; more than one silo means PostgreSQL.",
    };
    private static readonly Option<string> Out = new("--out")
    {
        Description = "The folder for report.html, results.json and the plots.",
        DefaultValueFactory = _ => "artifacts/load",
    };
    private static readonly Option<bool> Short = new("--short") { Description = "The short form: a check on correctness, not on speed." };

    public static IEnumerable<Command> Commands() =>
        [
            .. ScenarioList.All.Select(scenario => Of(scenario.Name, scenario.Sentence, _ => [scenario])),
            Of("all", "Runs all scenarios; with --short those that check correctness.", ChooseAll),
            List(),
        ];

    private static IReadOnlyList<IScenario> ChooseAll(bool isShort) =>
        [.. ScenarioList.All.Where(scenario => !isShort || scenario.IsCheck)];

    private static Command Of(string name, string description, Func<bool, IReadOnlyList<IScenario>> choose)
    {
        var command = new Command(name, description) { Accounts, Seconds, Silos, Out, Short };
        command.SetAction(given =>
            RunAsync(
                choose(given.GetValue(Short)),
                new RunOptions(
                    given.GetValue(Accounts),
                    given.GetValue(Seconds),
                    given.GetValue(Silos),
                    given.GetValue(Out)!,
                    given.GetValue(Short)
                )
            )
        );
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists the scenarios.");
        command.SetAction(_ =>
        {
            var table = new Table()
                .Border(TableBorder.None)
                .HideHeaders()
                .AddColumn(new TableColumn("").NoWrap())
                .AddColumn("")
                .AddColumn("");
            foreach (var scenario in ScenarioList.All)
                table.AddRow(Markup.Escape(scenario.Name), scenario.IsCheck ? "short" : "", Markup.Escape(scenario.Sentence));
            AnsiConsole.Write(table);
        });
        return command;
    }

    /// <summary>Runs scenarios one after the other and reports; 1 when a limit was broken or a scenario did not come to its end.</summary>
    private static async Task<int> RunAsync(IReadOnlyList<IScenario> scenarios, RunOptions options)
    {
        var limits = Limits.Load();
        var results = new List<ScenarioResult>();
        foreach (var scenario in scenarios)
        {
            results.Add(await RunAsync(scenario, options, limits));
            ResultTable.Print(results[^1]);
        }

        if (scenarios.Count > 1)
            ResultTable.PrintSummary(results);
        AnsiConsole.WriteLine($"report: {await ReportFiles.WriteAsync(options.Out, results)}");
        AnsiConsole.WriteLine(
            $"load: {results.Count} scenarios, {results.Sum(result => result.Held)} limits held, {results.Sum(result => result.Broken)} broken"
        );
        return results.Any(result => result.Broken > 0) ? 1 : 0;
    }

    private static async Task<ScenarioResult> RunAsync(IScenario scenario, RunOptions options, Limits limits)
    {
        var view = new LiveView(scenario.Name);
        var run = new ScenarioRun(options, view.Tell);
        string? failure = null;
        try
        {
            await view.WatchAsync(run, () => scenario.RunAsync(run));
        }
        catch (Exception exception)
        {
            failure = exception.ToString(); // The others still run; this one counts as broken.
        }

        return new ScenarioResult(
            scenario,
            run,
            failure is null ? limits.Judge(scenario.Name, run.Figures, options.Short) : [],
            run.Recorder.Elapsed,
            failure
        );
    }
}
