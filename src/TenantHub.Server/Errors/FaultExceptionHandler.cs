using System.Data.Common;
using Microsoft.AspNetCore.Diagnostics;
using Orleans.Storage;
using TenantHub.Errors;
using TenantHub.Health;
using TenantHub.Storage;

namespace TenantHub.Server.Errors;

/// <summary>Turns faults into errors; expected outcomes never come here. The caller learns the trace id and nothing of the inside; the log
/// has the rest.</summary>
internal sealed class FaultExceptionHandler(FaultLog faults, SiloHealth health) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var error = Describe(exception, health.IsDatabaseSilent);
        var isGone = httpContext.RequestAborted.IsCancellationRequested;

        // Since .NET 10 the middleware logs nothing of what a handler has handled. Who went away is no fault.
        if (error.Source is not ErrorSource.Caller && !(isGone && exception is OperationCanceledException))
            faults.Tell(exception, error.Code, FaultLog.AccountOf(httpContext), httpContext.TraceIdentifier);
        if (!isGone && !httpContext.Response.HasStarted)
            await new ErrorResult(error) { IsLogged = true }.ExecuteAsync(httpContext);
        return true;
    }

    /// <summary>A grain that cannot read its state does not start; what its caller gets has the database's fault somewhere
    /// inside.</summary>
    private static bool StorageFault(Exception? exception) =>
        exception is not null
        && (exception is StorageException or InconsistentStateException or DbException || StorageFault(exception.InnerException));

    /// <summary>What is stored and cannot be used; the message names it and holds nothing of it.</summary>
    private static StorageException? Damage(Exception? exception) =>
        exception is null or StorageException { IsDamage: true } ? exception as StorageException : Damage(exception.InnerException);

    /// <summary>The database has not answered.</summary>
    /// <param name="nothingWasSent">Whether that is known.</param>
    public static ServiceError DatabaseSilent(bool nothingWasSent = false) =>
        new(
            ErrorCode.StorageUnavailable,
            ErrorSource.Storage,
            $"The database does not answer, so the call could not be finished.{(nothingWasSent ? " No write was sent." : "")}"
        )
        {
            NextStep = nothingWasSent
                ? "Send the call again; if it lasts, look at the database."
                : "Try again; a write without an Idempotency-Key may already have taken effect.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    /// <summary>The error as which a fault is told.</summary>
    /// <param name="exception">The fault.</param>
    /// <param name="databaseIsSilent">Whether the database did not answer when it was last asked: grains that cannot read their state do not answer,
    /// and look as if their server had gone.</param>
    public static ServiceError Describe(Exception exception, bool databaseIsSilent = false) =>
        exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => RequestErrors.TooLarge(null),
            BadHttpRequestException => RequestErrors.Unreadable("The request could not be read."),
            _ when Damage(exception) is { } damage => new(ErrorCode.StorageUnavailable, ErrorSource.Storage, damage.Message)
            {
                NextStep = "To try again does not help: have an operator restore what is named (deploy/runbook.md, Restore).",
            },
            _ when StorageFault(exception) => DatabaseSilent(),
            OrleansException or TimeoutException when databaseIsSilent => DatabaseSilent(),
            OperationCanceledException or OrleansException => new(
                ErrorCode.HubUnavailable,
                ErrorSource.Hub,
                "The server that has the account is overloaded, stopping, or gone."
            )
            {
                NextStep = "Try again; a write without an Idempotency-Key may already have taken effect.",
                RetryAfter = TimeSpan.FromSeconds(2),
            },
            TimeoutException => new(
                ErrorCode.HubUnavailable,
                ErrorSource.Hub,
                "The account did not answer in time; whether a write took effect is not known."
            )
            {
                NextStep = "Look at GET /accounts/{id}/state before you send a write again.",
                RetryAfter = TimeSpan.FromSeconds(5),
            },
            _ => new(ErrorCode.InternalError, ErrorSource.Hub, "Something in TenantHub broke.")
            {
                NextStep = "Report the traceId; the server's log has the details under it.",
            },
        };
}
