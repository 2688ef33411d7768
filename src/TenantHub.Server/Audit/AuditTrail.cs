using TenantHub.Audit;
using TenantHub.Errors;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Audit;

/// <summary>
/// Writes down every change: 1. The intent, before the change is tried; without it the change is refused. 2. The change. 3. Its outcome.
/// When the server ends between 1 and 3, or 3 fails, the intent stands alone and says that something was tried whose end is not known.
/// </summary>
internal sealed partial class AuditTrail(IAuditLog log, ILogger<AuditTrail> logger)
{
    internal const string Succeeded = "succeeded";
    private const string Unknown = "unknown";

    /// <summary>Makes a change, audited. Whoever changes something by another way than an endpoint calls this too.</summary>
    /// <param name="intent">Who wants what; the target may be named by the change itself.</param>
    /// <param name="change">The change. It gives its answer, the error that ended it, and its target.</param>
    /// <param name="refuse">Makes the answer when the change may not be tried.</param>
    public async Task<T> RunAsync<T>(
        AuditEntry intent,
        Func<Task<(T Answer, ServiceError? Error, string Target)>> change,
        Func<ServiceError, T> refuse
    )
    {
        AuditEntry written;
        try
        {
            written = await log.AppendAsync(intent); // 1
        }
        catch (Exception exception)
        {
            LogNotAudited(exception, intent.Action, intent.Target);
            return refuse(RequestErrors.AuditUnavailable());
        }

        var (outcome, target) = (Unknown, written.Target);
        try
        {
            var (answer, error, named) = await change(); // 2
            (outcome, target) = (error is null ? Succeeded : WireName.Of(error.Code), named);
            return answer;
        }
        finally
        {
            await ConcludeAsync(written with { IntentSequence = written.Sequence, Target = target, Outcome = outcome }); // 3
        }
    }

    /// <summary>The change has been made, or not; that it cannot be written down any more changes nothing about it, and the intent is
    /// there.</summary>
    private async Task ConcludeAsync(AuditEntry outcome)
    {
        try
        {
            var written = await log.AppendAsync(outcome);
            LogAudited(written.Sequence, written.Hash, written.Actor, written.Action, written.Target, written.Outcome);
        }
        catch (Exception exception)
        {
            LogOutcomeNotAudited(exception, outcome.IntentSequence!.Value, outcome.Action, outcome.Target, outcome.Outcome);
        }
    }

    [LoggerMessage(7201, LogLevel.Information, "Audit {Sequence} {Hash}: {Actor} {Action} {Target} {Outcome}")]
    private partial void LogAudited(long sequence, string hash, string actor, string action, string target, string outcome);

    [LoggerMessage(7202, LogLevel.Error, "The audit cannot be written, so {Action} of {Target} is refused")]
    private partial void LogNotAudited(Exception exception, string action, string target);

    [LoggerMessage(7203, LogLevel.Error, "The outcome of audit {Intent} could not be written: {Action} of {Target} ended with {Outcome}")]
    private partial void LogOutcomeNotAudited(Exception exception, long intent, string action, string target, string outcome);
}
