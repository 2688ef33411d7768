using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Approvals;

internal sealed class ListApprovalsSettings : ConnectionSettings
{
    [CommandOption("--all")]
    [Description("Also those that are decided or expired, the newest first")]
    public bool All { get; init; }

    [CommandOption("-n|--lines <COUNT>")]
    [Description("How many at most")]
    public int Lines { get; init; } = 100;

    public override ValidationResult Validate() =>
        Lines < 1 ? ValidationResult.Error($"-n {Lines}: it must be 1 or more.") : base.Validate();
}

/// <summary>Lists the calls that wait for a person, the oldest first.</summary>
internal sealed class ListApprovalsCommand : ConnectedCommand<ListApprovalsSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, ListApprovalsSettings settings, CancellationToken cancellationToken)
    {
        var approvals = hub.Approvals.ListAsync(onlyPending: !settings.All, cancellationToken).Take(settings.Lines);
        await Printer.ListAsync(settings.Format, approvals, ApprovalColumns.List);
        return ExitCode.Done;
    }
}
