using TenantHub.Errors;

namespace TenantHub.Linking;

/// <summary>The errors of connect sessions, each with its next step.</summary>
internal static class LinkErrors
{
    public static ServiceError NoSession() =>
        new(ErrorCode.ConnectSessionNotFound, ErrorSource.Caller, "There is no connect session with this token.")
        {
            NextStep = "Open another one with POST /connect_sessions.",
        };

    public static ServiceError Expired(DateTimeOffset at) =>
        new(ErrorCode.ConnectSessionExpired, ErrorSource.Caller, $"The connect session ended at {at:u}.")
        {
            NextStep = "Open another one with POST /connect_sessions.",
        };

    public static ServiceError TooSoon(TimeSpan wait) =>
        new(ErrorCode.TooManyRequests, ErrorSource.Caller, "Several forms of this link were not accepted, so the next one has to wait.")
        {
            NextStep = "Wait as long as Retry-After says and send the form again; after ten that are not accepted the link ends.",
            RetryAfter = wait,
        };

    public static ServiceError TooManyOpen(int limit, TimeSpan wait) =>
        new(ErrorCode.TooManyRequests, ErrorSource.Caller, $"This owner has {limit} open connect sessions. Nothing was opened.")
        {
            NextStep = "Use one of the links that were given out, or wait until the oldest ends.",
            RetryAfter = wait,
        };

    public static ServiceError Used() =>
        new(ErrorCode.ConnectSessionUsed, ErrorSource.Caller, "The connect session has linked its account; its token is used up.")
        {
            NextStep = "Open another one with POST /connect_sessions, with account_id to relink the account.",
        };

    public static ServiceError Invalid(IReadOnlyList<InputFault> faults) =>
        InputErrors.Of(faults)! with
        {
            NextStep = "Correct the fields that are named; nothing was stored.",
        };

    public static ServiceError AccountIdMissing() =>
        Invalid([
            new(
                "account_id",
                "must be the Account ID, a UUID such as 11111111-2222-4333-8444-555555555555, or the address of your Account Admin page."
            ),
        ]);
}
