using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Errors;

namespace TenantHub.Autodesk.Transfers;

/// <summary>The calls of an account that one request for files makes: all as its caller, with its patience and urgency.</summary>
/// <param name="account">The account.</param>
/// <param name="request">Who calls, and how; its action and input are not used.</param>
public sealed class AccountCalls(ILinkedAccountGrain account, ActionRequest request)
{
    /// <summary>Why what an action has begun may not go on; null when it may.</summary>
    internal Task<ServiceError?> WhyStoppedAsync(string actionId) =>
        account.WhyStoppedAsync(new ActionRequest(actionId) { CallerId = request.CallerId, Rights = request.Rights });

    internal async Task<(ActionResult.Succeeded? Answer, ServiceError? Error)> RunAsync(
        string actionId,
        IReadOnlyDictionary<string, string> path,
        IReadOnlyDictionary<string, string[]>? query = null,
        JsonBytes? body = null,
        CancellationToken cancellationToken = default
    )
    {
        var result = await account.RunActionAsync(
            new ActionRequest(actionId)
            {
                Path = path,
                Query = query ?? new Dictionary<string, string[]>(),
                Body = body,
                MaxWait = request.MaxWait,
                Priority = request.Priority,
                CallerId = request.CallerId,
                Rights = request.Rights,
                TraceId = request.TraceId,
            },
            cancellationToken
        );
        return result switch
        {
            ActionResult.Succeeded succeeded => (succeeded, null),
            ActionResult.Failed { Error: var error } => (null, error),
            _ => throw new InvalidOperationException($"{actionId} is no transfer."),
        };
    }
}
