using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Errors;

namespace TenantHub.Accounts;

/// <summary>What the account's status makes of what the doctor found, and of the answers to ordinary calls.</summary>
internal sealed partial class LinkedAccountGrain
{
    /// <summary>Examines with the stored credentials and stores what was found. Whoever calls holds the lane.</summary>
    private async Task<HubError?> VerifyStoredAsync(Lane.Entry place, CancellationToken cancellationToken)
    {
        var checks = await ExamineAsync(App(State), Context(State.Account!), _profile, place, cancellationToken);
        return await CommitAsync(state => Apply(state with { CheckedAt = _clock.GetUtcNow() }, ProvisioningChecks.Renew(state.Checks, checks)));
    }

    private LinkedAccountState Apply(LinkedAccountState state, IReadOnlyList<ProvisioningCheck> checks)
    {
        var known = state with { Checks = checks.ToArray() };
        return ProvisioningChecks.Conclude(checks) is { } proven && state.Account!.Status is not AccountStatus.Suspended
            ? WithStatus(known, proven.Status, proven.Reason, proven.NextStep)
            : known;
    }

    /// <summary>
    /// Lets the account's status follow what a failed call proves. A refusal that is no proof (a 403 may concern one project only) makes the
    /// doctor look, at most once per <see cref="ProvisioningOptions.ReverifyAfter"/>; what he saw then corrects what the caller is told.
    /// </summary>
    private async Task<HubError> LearnAsync(ActionDefinition action, HubError error, Lane.Entry place)
    {
        if (ProvisioningChecks.DecidedBy(error.Code, action) is { } check)
        {
            var failed = new ProvisioningCheck(check, CheckOutcome.Failed, error.Detail, error.NextStep, _clock.GetUtcNow())
            {
                Cause = error.Code,
                AdminText = error.Code switch
                {
                    ErrorCode.ApiProductNotEnabled => AdminText.ApiProduct(Linked!.ClientId, action.ApiProduct!),
                    ErrorCode.ScopeNotGranted => AdminText.Scope(Linked!.ClientId, action.ScopeKey),
                    _ => null,
                },
            };
            await CommitAsync(state => Apply(state with { CheckedAt = _clock.GetUtcNow() }, ProvisioningChecks.With(state.Checks, failed)));
            return error;
        }

        if (!ProvisioningChecks.WantsDoctor(error.Code)) return error;
        if (_clock.GetUtcNow() - (State.CheckedAt ?? DateTimeOffset.MinValue) >= _provisioningOptions.ReverifyAfter)
            await VerifyStoredAsync(place, CancellationToken.None);
        return error.Code is ErrorCode.CustomIntegrationMissing && Linked is { } account && State.Checks.Any(known => known is { Name: ProvisioningChecks.CustomIntegration, Outcome: CheckOutcome.Passed })
            ? ApsFailureClassifier.WhenProvisioned(error, action, Context(account))
            : error;
    }

    /// <summary>A call that succeeds proves the checks that it depends on. Costs nothing while the account is active and nothing has failed.</summary>
    private Task LearnWorkingAsync(ActionDefinition action)
    {
        foreach (var check in State.Checks) // Few, and in memory.
        {
            if (IsNewsAbout(check, action)) return LearnNewsAsync(action);
        }

        return Task.CompletedTask;
    }

    private Task<HubError?> LearnNewsAsync(ActionDefinition action) => CommitAsync(state => Apply(state,
        [
            .. state.Checks.Select(check => IsNewsAbout(check, action)
                ? new ProvisioningCheck(check.Name, CheckOutcome.Passed, $"{action.Id} succeeded.", null, _clock.GetUtcNow())
                : check),
        ]));

    private static bool IsNewsAbout(ProvisioningCheck check, ActionDefinition action) =>
        (check.Outcome is CheckOutcome.Failed || check.LeftToFirstCall) && ProvisioningChecks.IsShownBy(check.Name, action);
}
