using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Approvals;

/// <summary>Refuses a call. Who is asked sees the call.</summary>
internal sealed class RefuseCommand : ConnectedCommand<DecideApprovalSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, DecideApprovalSettings settings, CancellationToken cancellationToken)
    {
        var call = await hub.Approvals.GetAsync(settings.Approval, cancellationToken);
        settings.Confirm($"{call.CallerId} may not make this call for {call.AccountId}: {call.Call}");
        Printer.One(settings.Format, await hub.Approvals.RefuseAsync(call.Id, cancellationToken), ApprovalColumns.One);
        return ExitCode.Done;
    }
}
