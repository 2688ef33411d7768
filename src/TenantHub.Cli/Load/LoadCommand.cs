using System.ComponentModel;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Cli.Actions;
using TenantHub.Cli.Files;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Actions;

namespace TenantHub.Cli.Load;

internal sealed class LoadSettings : CallSettings
{
    public const int MaxRate = 1000;
    public const int MaxSeconds = 3600;

    [CommandOption("--rate <CALLS>")]
    [Description("Calls per second, 0.1 to 1000")]
    public double Rate { get; init; } = 5;

    [CommandOption("--for <SECONDS>")]
    [Description("How long, 1 to 3600")]
    public int Seconds { get; init; } = 10;

    [CommandOption("--in-flight <CALLS>")]
    [Description("How many calls may be on their way at once; what is due beyond that is skipped and counted")]
    public int InFlight { get; init; } = 200;

    [CommandOption("--yes")]
    [Description("Runs an action that changes something without asking; a script has to give it")]
    public bool Yes { get; init; }

    public override ValidationResult Validate() =>
        Rate is not (>= 0.1 and <= MaxRate) ? ValidationResult.Error($"--rate must be 0.1 to {MaxRate}.")
        : Seconds is < 1 or > MaxSeconds ? ValidationResult.Error($"--for must be 1 to {MaxSeconds}.")
        : InFlight is < 1 or > 10_000 ? ValidationResult.Error("--in-flight must be 1 to 10000.")
        : IdempotencyKey is not null ? ValidationResult.Error("--idempotency-key would make every call the first one's repeat.")
        : base.Validate();
}

/// <summary>
/// Runs one action at a rate for a time. Calls are begun when they are due, however slow the ones before are, and times count from when a
/// call was due: a server that falls behind cannot hide it. Nothing is repeated, so every failure is counted.
/// </summary>
internal sealed class LoadCommand : ConnectedCommand<LoadSettings>
{
    protected override int MaxRepeats => 0;

    protected override async Task<int> RunAsync(TenantHubClient hub, LoadSettings settings, CancellationToken cancellationToken)
    {
        var (action, input) = (settings.ActionId, settings.ToInput());
        if (AutodeskActions.SafetyOf(action) is not ActionSafety.Read)
            new DestructiveSettings { Yes = settings.Yes }.Confirm(
                string.Create(CultureInfo.InvariantCulture, $"{action} changes something, {Count(settings)} times.")
            );
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        Terminal.Say(
            string.Create(CultureInfo.InvariantCulture, $"{Count(settings)} calls of {action}, {settings.Rate} per second. Ctrl+C ends it.")
        );
        var load = new LoadRun(Count(settings), settings.Rate, settings.InFlight, TimeProvider.System);
        await Transfer.ShowCallsAsync(
            action,
            Count(settings),
            progress => load.RunAsync(end => account.RunAsync(action, input, settings.Options, end), progress, cancellationToken)
        );
        var report = load.Report(action, account.Id);
        Print(settings.Format, report);
        return cancellationToken.IsCancellationRequested ? ExitCode.Interrupted : report.ExitCode;
    }

    private static int Count(LoadSettings settings) => (int)Math.Max(1, Math.Round(settings.Rate * settings.Seconds));

    private static void Print(OutputFormat format, LoadReport report)
    {
        Printer.One<LoadReport>(
            format,
            report,
            new("Action", one => one.Action),
            new("Calls", one => $"{one.Calls} in {one.Seconds:0.0} s, {one.PerSecond:0.0} per second"),
            new("Succeeded", one => one.Succeeded),
            new("Failed", one => one.Failed),
            new("Skipped", one => one.Skipped == 0 ? "0" : $"{one.Skipped}: so many were on their way already"),
            new(
                "Milliseconds",
                one =>
                    one.Milliseconds is { } ms
                        ? $"p50 {ms.P50:0.0}, p90 {ms.P90:0.0}, p99 {ms.P99:0.0}, max {ms.Max:0.0}"
                        : "no call succeeded"
            )
        );
        if (format is OutputFormat.Table && report.Errors.Count > 0)
            Printer.Table(
                report.Errors,
                new("Error", error => error.Code),
                new("Source", error => error.Source),
                new("Calls", error => error.Calls),
                new("Exit code", error => error.ExitCode)
            );
    }
}
