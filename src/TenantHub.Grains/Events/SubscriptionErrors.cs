using TenantHub.Autodesk.Events;
using TenantHub.Errors;

namespace TenantHub.Events;

/// <summary>The errors of subscriptions, each with its next step.</summary>
internal static class SubscriptionErrors
{
    private const int MaxEvents = 50;
    private const int MaxText = 1000;

    public static ServiceError NotFound(string id) =>
        new(ErrorCode.SubscriptionNotFound, ErrorSource.Caller, $"The account has no subscription {InputFault.Shorten(id)}.")
        {
            NextStep = "List them with GET /subscriptions?account_id=<account>.",
        };

    public static ServiceError NotConfigured() =>
        new(
            ErrorCode.EventsNotConfigured,
            ErrorSource.Hub,
            "TenantHub does not know under which address Autodesk reaches it. Nothing was made."
        )
        {
            NextStep = "Have an operator set TenantHub__Events__PublicUrl, for example https://hub.example.com (docs/events-in.md).",
        };

    public static ServiceError Suspended(string accountId) =>
        new(ErrorCode.AccountSuspended, ErrorSource.Caller, "The account is suspended, so its events wait in its feed.")
        {
            NextStep = $"Resume the account with POST /accounts/{accountId}/resume.",
        };

    public static ServiceError NothingToResend(bool isFeedEmpty, string? endpointId) =>
        new(
            ErrorCode.EventNotFound,
            ErrorSource.Caller,
            isFeedEmpty ? "The account's feed holds no event of these sequences."
                : endpointId is null ? "There is no event endpoint to send to."
                : $"There is no event endpoint {InputFault.Shorten(endpointId)}."
        )
        {
            NextStep = isFeedEmpty ? "Read what is kept with GET /events?account_id=<account>." : "List them with GET /event_endpoints.",
        };

    public static ServiceError LimitReached(int wanted, int limit, SubscriptionsState state) =>
        new(
            ErrorCode.HookLimitReached,
            ErrorSource.Caller,
            $"This needs {wanted} hooks, and the account may have {limit} in all. It has: "
                + string.Join(", ", state.Subscriptions.Select(each => $"{each.Id} {state.HooksOf(each).Count()}"))
                + ". Nothing was made."
        )
        {
            NextStep = "Remove a subscription, subscribe to fewer events, or have TenantHub__Events__MaxHooksPerAccount raised.",
        };

    /// <summary>What is wrong with a request; null when it can be tried.</summary>
    public static ServiceError? Check(SubscriptionRequest request)
    {
        var faults = new List<InputFault>();
        if (request.Events.Count is 0 or > MaxEvents)
            faults.Add(new("events", $"must name 1 to {MaxEvents} events."));
        foreach (var name in request.Events.Where(name => EventNames.Find(name).Count == 0))
            faults.Add(
                new(
                    "events",
                    $"names \"{InputFault.Shorten(name)}\", which is not known. Known are dm.*, model.* and issue.* (docs/events-in.md)."
                )
            );
        Need(request.Scope is not SubscriptionScope.Hub, request.ProjectId, "project_id");
        Need(request.Scope is SubscriptionScope.Folder, request.FolderId, "folder_id");
        if (request.Filter is { Length: 0 or > MaxText })
            faults.Add(new("filter", $"must have 1 to {MaxText} characters."));
        if (
            request.Scope is SubscriptionScope.Folder
            && request.Events.SelectMany(EventNames.Find).Any(known => known.System != EventNames.Data)
        )
            faults.Add(new("scope", "must be project or hub for these events: Autodesk tells them for whole projects."));
        return faults.Count == 0 ? null : InputFault.Tell(faults, "Correct the fields; nothing was made.");

        void Need(bool isNeeded, string? value, string field)
        {
            if (isNeeded && string.IsNullOrEmpty(value))
                faults.Add(new(field, $"is needed for the scope {WireName.Of(request.Scope)}."));
            else if (!isNeeded && value is not null)
                faults.Add(new(field, $"does not belong to the scope {WireName.Of(request.Scope)}."));
            else if (value is { Length: > MaxText })
                faults.Add(new(field, $"must have at most {MaxText} characters."));
        }
    }
}
