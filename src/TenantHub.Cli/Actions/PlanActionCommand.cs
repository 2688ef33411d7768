using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Actions;

/// <summary>Tells what a call would do. Ends with 5 when it would be refused.</summary>
internal sealed class PlanActionCommand : ConnectedCommand<CallSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, CallSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        var plan = await account.PlanAsync(settings.ActionId, settings.ToInput(), settings.Options, cancellationToken);
        Printer.One(
            settings.Format,
            plan,
            new("Action", plan => plan.Action),
            new("Requests", plan => plan.Requests.Select(request => $"{request.Method} {request.Url}")),
            new("Scopes", plan => plan.Scopes),
            new("API product", plan => plan.ApiProduct),
            new("Limit", plan => plan.Quota is { } quota ? $"{quota.QuotaGroup}: {quota.Remaining} of {quota.Limit} left" : null),
            new("Calls before", plan => plan.CallsBefore),
            new("Expected wait", plan => FormattableString.Invariant($"{plan.ExpectedWaitSeconds:0.#} s")),
            new("Approval", plan => plan.NeedsApproval ? "a person has to approve it first" : "none")
        );
        if (plan.Obstacle is not { } obstacle)
            return ExitCode.Done;
        Terminal.Say($"It would be refused: {obstacle.Code}: {CommandNames.In($"{obstacle.Detail} {obstacle.NextStep}")}");
        return ExitCode.Conflict;
    }
}
