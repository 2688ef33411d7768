using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Approvals;

/// <summary>Shows a call that needs a person, with its input, and what became of it.</summary>
internal sealed class ShowApprovalCommand : ConnectedCommand<ApprovalSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, ApprovalSettings settings, CancellationToken cancellationToken)
    {
        Printer.One(settings.Format, await hub.Approvals.GetAsync(settings.Approval, cancellationToken), ApprovalColumns.One);
        return ExitCode.Done;
    }
}
