using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Provisioning;
using TenantHub.Errors;

namespace TenantHub.Provisioning;

/// <summary>What becomes of an account's status by what the doctor finds, and by the answers to ordinary calls.</summary>
internal sealed class Lessons(Doctor doctor, IOptions<ProvisioningOptions> options, TimeProvider clock)
{
    /// <summary>Gets how often an account that waits for its admin is looked at, at least.</summary>
    public TimeSpan LookAgainAtLeastEvery => options.Value.LookAgainAtLeastEvery;

    /// <summary>Examines with the stored credentials and stores what was found. Whoever calls holds the lane.</summary>
    /// <returns>Why it could not be stored; null when it is.</returns>
    public async Task<ServiceError?> VerifyAsync(ActiveAccount account, Lane.Entry place, CancellationToken cancellationToken)
    {
        var checks = await doctor.ExamineAsync(account, account.App, account.Context, account.Profile, place, cancellationToken);
        return await account.Record.CommitAsync(state =>
            Now(state).WithChecks(ProvisioningChecks.Renew(state.Checks, checks), clock.GetUtcNow())
        );
    }

    /// <summary>
    /// An account that is known not to work does not waste quota on calls that cannot succeed. When that knowledge is old it is renewed
    /// first, so an account heals by being used.
    /// </summary>
    public ValueTask<ServiceError?> RefuseHopelessAsync(
        ActiveAccount account,
        ActionDefinition action,
        Lane.Entry place,
        CancellationToken cancellationToken
    ) => account.Obstacle(action) is null ? default : new(LookOnceMoreAsync(account, action, place, cancellationToken));

    /// <summary>
    /// Lets the account's status follow what a failed call proves. A refusal that is no proof (a 403 may concern one project only) makes
    /// the doctor look, at most once per <see cref="ProvisioningOptions.ReverifyAfter"/>; what he saw then corrects what the caller is
    /// told.
    /// </summary>
    public async Task<ServiceError> LearnAsync(
        ActiveAccount account,
        ActionDefinition action,
        ServiceError error,
        Lane.Entry place,
        string? actedAs = null
    )
    {
        if (ProvisioningCauses.OfError(error.Code) is not { } cause)
            return error;
        if (!cause.OnlyDoctorDecides && cause.SubjectOf(action) is { } subject)
        {
            var failed = new ProvisioningCheck(cause.CheckOf(subject), CheckOutcome.Failed, error.Detail, error.NextStep, clock.GetUtcNow())
            {
                Cause = error.Code,
                AdminText = cause.AdminText?.Invoke(account.Context.ClientId, account.Context.AccAccountId, subject),
            };
            await account.Record.CommitAsync(state =>
                Now(state).WithChecks(ProvisioningChecks.With(state.Checks, failed), clock.GetUtcNow())
            );
            return error;
        }

        if (IsVerificationOld(account))
            await VerifyAsync(account, place, CancellationToken.None);
        return
            error.Code is ErrorCode.CustomIntegrationMissing
            && account.Record.Linked is not null
            && Shows(account, ProvisioningCauses.CustomIntegration, CheckOutcome.Passed)
            ? ApsFailureClassifier.WhenProvisioned(error, action, account.Context, actedAs)
            : error;
    }

    /// <summary>A call that succeeds proves the checks that it depends on. Costs nothing while the account is active and nothing has
    /// failed.</summary>
    public Task LearnWorkingAsync(ActiveAccount account, ActionDefinition action)
    {
        foreach (var check in account.State.Checks) // Few, and in memory.
        {
            if (ProvisioningChecks.IsNews(check, action))
                return StoreNewsAsync(account, action);
        }

        return Task.CompletedTask;
    }

    /// <summary>Whether the account's last checks show something.</summary>
    public static bool Shows(ActiveAccount account, string check, CheckOutcome outcome) =>
        account.State.Checks.Any(known => known.Name == check && known.Outcome == outcome);

    private async Task<ServiceError?> LookOnceMoreAsync(
        ActiveAccount account,
        ActionDefinition action,
        Lane.Entry place,
        CancellationToken cancellationToken
    )
    {
        if (IsVerificationOld(account))
            await VerifyAsync(account, place, cancellationToken);
        return account.Obstacle(action);
    }

    private bool IsVerificationOld(ActiveAccount account) =>
        clock.GetUtcNow() - (account.State.CheckedAt ?? DateTimeOffset.MinValue) >= options.Value.ReverifyAfter;

    private LinkedAccountState Now(LinkedAccountState state) => state with { CheckedAt = clock.GetUtcNow() };

    private Task<ServiceError?> StoreNewsAsync(ActiveAccount account, ActionDefinition action) =>
        account.Record.CommitAsync(state =>
            state.WithChecks(
                [
                    .. state.Checks.Select(check =>
                        ProvisioningChecks.IsNews(check, action)
                            ? new ProvisioningCheck(check.Name, CheckOutcome.Passed, $"{action.Id} succeeded.", null, clock.GetUtcNow())
                            : check
                    ),
                ],
                clock.GetUtcNow()
            )
        );
}
