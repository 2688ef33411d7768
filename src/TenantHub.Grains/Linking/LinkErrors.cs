using TenantHub.Errors;

namespace TenantHub.Linking;

/// <summary>The errors of connect sessions, each with its next step.</summary>
internal static class LinkErrors
{
    public static HubError NoSession() => new(ErrorCode.ConnectSessionNotFound, ErrorSource.Caller, "There is no connect session with this token.")
    {
        NextStep = "Open one with POST /connect_sessions and use the link that it answers with.",
    };

    public static HubError Expired(DateTimeOffset at) => new(ErrorCode.ConnectSessionExpired, ErrorSource.Caller, $"The connect session ended at {at:u}.")
    {
        NextStep = "Open another one with POST /connect_sessions.",
    };

    public static HubError Used() => new(ErrorCode.ConnectSessionUsed, ErrorSource.Caller, "The connect session has linked its account; its token is used up.")
    {
        NextStep = "Open another one with POST /connect_sessions, with account_id to relink the account.",
    };

    public static HubError Invalid(IReadOnlyList<InputFault> faults) => InputErrors.Of(faults)! with { NextStep = "Correct the fields that are named; nothing was stored." };

    public static HubError AccountIdMissing() => Invalid([new("account_id", "must be the Account ID, a UUID such as 11111111-2222-4333-8444-555555555555, or the address of your Account Admin page.")]);
}
