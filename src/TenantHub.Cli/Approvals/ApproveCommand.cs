using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Approvals;

/// <summary>Lets a call be made once. Who is asked sees the call.</summary>
internal sealed class ApproveCommand : ConnectedCommand<DecideApprovalSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, DecideApprovalSettings settings, CancellationToken cancellationToken)
    {
        var call = await hub.Approvals.GetAsync(settings.Approval, cancellationToken);
        settings.Confirm($"{call.CallerId} may make this call for {call.AccountId}, once: {call.Call}");
        var approved = await hub.Approvals.ApproveAsync(call.Id, cancellationToken);
        Printer.One(settings.Format, approved, ApprovalColumns.One);
        Terminal.Say($"The caller has to send the call again, until {approved.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.");
        return ExitCode.Done;
    }
}
