using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Errors;
using TenantHub.Quotas;
using TenantHub.Telemetry;

namespace TenantHub.Calls;

/// <summary>The right to send one request: a place under the account's own cap, and a permit of Autodesk's limit.</summary>
/// <param name="Cap">The cap under which the place was taken; null when the account has none.</param>
/// <param name="Number">The permit's number; zero when quotas are switched off.</param>
/// <param name="Here">Who lent it on this silo; null when the quota's grain did.</param>
internal readonly record struct Permit(RequestCap? Cap, long Number, LocalPermits? Here);

/// <summary>Gets permits for requests and gives them back.</summary>
internal sealed partial class Permits(
    GrainReferences<IPermitGrain> quotas,
    LocalQuotas here,
    IOptions<QuotaOptions> options,
    TenantHubTelemetry telemetry,
    Draining draining,
    TimeProvider clock,
    ILogger<Permits> logger
)
{
    private static readonly TimeSpan QuotaSilence = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets a permit: at once, when the account has no cap and the quota is of this silo and has permits. Else it waits for the account's
    /// own cap and for a permit of Autodesk's limit, until the call's deadline or the silo's end.
    /// </summary>
    public ValueTask<(Permit Permit, ServiceError? Refusal)> AcquireAsync(ApsCall call, CancellationToken cancellationToken) =>
        TryLend(call) is { } permit ? new((permit, null)) : new(WaitAsync(call, cancellationToken));

    /// <summary>Ends a permit: on this silo at once, else by a message. A permit whose end is not told is counted as used by the quota
    /// after a
    /// while; Autodesk's answer must not be lost over it.</summary>
    public void End(ApsCall call, Permit permit, PermitUse use, TimeSpan? retryAfter)
    {
        permit.Cap?.Leave(use is not PermitUse.Unused);
        if (permit.Number == 0 || permit.Here?.TryEnd(permit.Number, use) is true)
            return;
        try
        {
            QuotaOf(call).CompleteAsync(permit.Number, use, retryAfter).Ignore();
        }
        catch (Exception exception)
        {
            LogPermitKept(exception, call.Account.Id);
        }
    }

    /// <summary>What an account has to expect of a limit; null when quotas are switched off.</summary>
    public async Task<QuotaForecast?> ForeseeAsync(AccountDescription account, string quotaGroup) =>
        options.Value.Enabled ? await quotas.Of(QuotaKey.Of(account.ClientId, quotaGroup)).ForeseeAsync(account.Id) : null;

    private Permit? TryLend(ApsCall call)
    {
        if (call.Account.TrafficSoFar?.Cap is not null || call.IsRepeat)
            return null; // Whoever repeats has a budget, which the grain keeps.
        var permit = default(Permit);
        if (options.Value.Enabled)
        {
            if (here.Find(call.App.ClientId, call.Action.QuotaGroupName!) is not { } quota || quota.TryLend() is not { } lent)
                return null;
            call.Quota = lent.State;
            permit = new(null, lent.Permit!.Value, quota);
        }

        using (TenantHubTelemetry.StartStep("quota"))
            telemetry.QuotaWaited(call.Action.QuotaGroupName!, TimeSpan.Zero);
        return permit;
    }

    private async Task<(Permit Permit, ServiceError? Refusal)> WaitAsync(ApsCall call, CancellationToken cancellationToken)
    {
        using var span = TenantHubTelemetry.StartStep("quota");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, draining.Token);
        var since = clock.GetTimestamp();
        var (permit, refusal) = (default(Permit), (ServiceError?)null);
        RequestCap? entered = null;
        call.Place.Phase = CallPhase.Quota;
        try
        {
            // The profile may get another cap meanwhile: the place is given back where it was taken.
            if (call.Account.TrafficSoFar?.Cap is { } cap)
            {
                if (await cap.EnterAsync(clock.Left(call.StartBy), either.Token) is { } wait)
                    refusal = AccountErrors.OwnCapReached(cap.Limit, wait);
                else
                    entered = cap;
            }

            if (refusal is null)
                (permit, refusal) = await AskAsync(call, entered, either.Token);
            if (refusal is null)
                entered = null; // It belongs to the permit now.
        }
        catch (OperationCanceledException) when (draining.Token.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            refusal = Lane.Stopping();
        }
        finally
        {
            entered?.Leave(sent: false);
        }

        var waited = clock.GetElapsedTime(since);
        TenantHubTelemetry.EndStep(span, refusal);
        telemetry.QuotaWaited(call.Action.QuotaGroupName!, waited);
        call.Recorder?.AddWait(CallStepKind.Quota, waited, refusal);
        return (permit, refusal);
    }

    private async Task<(Permit Permit, ServiceError? Refusal)> AskAsync(ApsCall call, RequestCap? cap, CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled)
            return (new(cap, 0, null), null);
        var weight = call.Account.Record.Linked?.QuotaWeight ?? 1;
        var left = clock.Left(call.StartBy);
        try
        {
            // The quota refuses in time by itself, unless its silo or its database is silent.
            var request = new PermitRequest(call.Account.Id, weight, left, call.IsRepeat);
            var lent = await QuotaOf(call)
                .AcquireAsync(request, cancellationToken)
                .WaitAsync(left + QuotaSilence, clock, CancellationToken.None);
            call.Quota = lent.State;
            return lent.Permit is { } number ? (new(cap, number, null), null) : (default, lent.Refusal);
        }
        catch (TimeoutException)
        {
            return (default, AccountErrors.PermitTooLate()); // What is lent after all counts as used in a while.
        }
    }

    private IPermitGrain QuotaOf(ApsCall call) => quotas.Of(QuotaKey.Of(call.App.ClientId, call.Action.QuotaGroupName!));

    [LoggerMessage(2007, LogLevel.Warning, "Account {AccountId}: a permit could not be given back; the quota counts it as used")]
    private partial void LogPermitKept(Exception exception, string accountId);
}
