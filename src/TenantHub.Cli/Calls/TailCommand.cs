using System.ComponentModel;
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
}

/// <summary>Shows the last calls and then each one as it ends, until it is interrupted. One line for a call.</summary>
internal sealed class TailCommand : ConnectedCommand<TailSettings>
{
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
        foreach (var call in past.Take(settings.Lines).Reverse())
            Print(settings.Format, call);
        if (settings.NoFollow)
            return ExitCode.Done;

        var seen = past.Select(call => call.RequestId).ToHashSet();
        using var timer = new PeriodicTimer(LookEvery);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var from = TimeProvider.System.GetUtcNow() - LongestCall;
            var fresh = new List<LoggedCall>();
            await foreach (var call in hub.Calls.ListAsync(filter with { From = from }, cancellationToken))
            {
                if (call.EndTime >= begun && seen.Add(call.RequestId))
                    fresh.Add(call);
            }

            foreach (var call in fresh.OrderBy(call => call.EndTime))
                Print(settings.Format, call);
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
