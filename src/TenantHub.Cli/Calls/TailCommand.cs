using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Calls;

namespace TenantHub.Cli.Calls;

internal sealed class TailSettings : ConnectionSettings
{
    [CommandOption("-a|--account <ACCOUNT>")]
    [Description("Only calls of this account")]
    public string? Account { get; init; }

    [CommandOption("--failed")]
    [Description("Only calls that failed")]
    public bool Failed { get; init; }

    [CommandOption("-n|--lines <COUNT>")]
    [Description("How many calls of the past are shown first")]
    public int Lines { get; init; } = 10;

    [CommandOption("--no-follow")]
    [Description("Show the past and end")]
    public bool NoFollow { get; init; }

    public override ValidationResult Validate() =>
        Lines < 0 ? ValidationResult.Error($"-n {Lines}: it must be 0 or more.")
        : !NoFollow && OutputFormat is "json"
            ? ValidationResult.Error("--output json is one document: follow with jsonl, or give --no-follow.")
        : base.Validate();
}

/// <summary>Shows the last calls and then each one as it ends, until it is interrupted. One line for a call.</summary>
internal sealed class TailCommand : ConnectedCommand<TailSettings>
{
    /// <summary>A server that is being replaced.</summary>
    private static readonly string[] Passing =
    [
        TenantHubException.Unreachable,
        ErrorCodes.HubUnavailable,
        ErrorCodes.StorageUnavailable,
        ErrorCodes.TooManyRequests,
    ];

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>A call is written when it has ended, so one that began earlier may come later: this much is looked back.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(3);

    protected override async Task<int> RunAsync(TenantHubClient hub, TailSettings settings, CancellationToken cancellationToken)
    {
        var filter = new CallFilter
        {
            AccountIds = settings.Account is { } named ? [(await AccountChoice.FindAsync(hub, named, cancellationToken)).Id] : [],
            Success = settings.Failed ? false : null,
        };
        var begun = TimeProvider.System.GetUtcNow();
        var past = await hub.Calls.ListAsync(filter, cancellationToken).Take(Math.Max(settings.Lines, 1)).ToListAsync(cancellationToken);
        var shown = past.Take(settings.Lines).Reverse().ToList();
        if (settings.Format is OutputFormat.Json)
        {
            await Printer.ListAsync(settings.Format, shown);
            return ExitCode.Done;
        }

        foreach (var call in shown)
            Print(settings.Format, call);
        if (settings.NoFollow)
            return ExitCode.Done;

        var (seen, looked) = (past.Select(call => call.RequestId).ToHashSet(), begun);
        using var timer = new PeriodicTimer(LookEvery);
        for (var isThere = true; await timer.WaitForNextTickAsync(cancellationToken); )
        {
            var now = TimeProvider.System.GetUtcNow();
            try
            {
                var calls = await hub
                    .Calls.ListAsync(filter with { From = looked - LongestCall }, cancellationToken)
                    .Where(call => call.EndTime >= begun && !seen.Contains(call.RequestId))
                    .ToListAsync(cancellationToken);
                foreach (var call in calls.Where(call => seen.Add(call.RequestId)).OrderBy(call => call.EndTime))
                    Print(settings.Format, call);
                (looked, isThere) = (now, true);
            }
            catch (TenantHubException error) when (Passing.Contains(error.Code))
            {
                if (isThere)
                    Terminal.Say($"{error.Detail} It is tried again until it answers; no call is left out.");
                isThere = false;
            }
        }

        return ExitCode.Done;
    }

    private static void Print(OutputFormat format, LoggedCall call)
    {
        if (format is OutputFormat.Table)
            Terminal.Print(
                FormattableString.Invariant($"{call.EndTime.UtcDateTime:HH:mm:ss.fff}  {call.Status}  {call.Duration, 8:0.0} ms  ")
                    + $"{call.Action, -45}  {call.Outcome, -20}  {call.AccountId}  {call.RequestId}"
            );
        else
            Printer.One(OutputFormat.Jsonl, call);
    }
}
