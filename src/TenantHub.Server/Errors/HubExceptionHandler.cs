using Microsoft.AspNetCore.Diagnostics;
using TenantHub.Errors;

namespace TenantHub.Server.Errors;

/// <summary>Turns faults into errors; expected outcomes never come here. The caller learns the trace id and nothing of the inside.</summary>
internal sealed class HubExceptionHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested || httpContext.Response.HasStarted) return true;
        await new HubErrorResult(Describe(exception)).ExecuteAsync(httpContext);
        return true;
    }

    private static HubError Describe(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => RequestErrors.TooLarge(null),
        BadHttpRequestException => RequestErrors.Unreadable("The request could not be read."),
        OperationCanceledException or SiloUnavailableException or OrleansMessageRejectionException or LimitExceededException =>
            new(ErrorCode.HubUnavailable, ErrorSource.Hub, "The hub is overloaded or stopping.")
            {
                NextStep = "Try again; a write without an Idempotency-Key may already have taken effect.",
                RetryAfter = TimeSpan.FromSeconds(2),
            },
        TimeoutException => new(ErrorCode.HubUnavailable, ErrorSource.Hub, "The account did not answer in time; whether a write took effect is not known.")
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
