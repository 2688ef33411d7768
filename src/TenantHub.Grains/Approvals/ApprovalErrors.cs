using TenantHub.Errors;

namespace TenantHub.Approvals;

/// <summary>The errors of calls that need a person.</summary>
internal static class ApprovalErrors
{
    /// <param name="approval">What waits.</param>
    /// <param name="left">For how long.</param>
    /// <param name="before">The approval under which the same call took effect before; null when it did not.</param>
    public static ServiceError Waits(Approval approval, TimeSpan left, Approval? before = null) =>
        new(
            ErrorCode.ApprovalRequired,
            ErrorSource.Hub,
            (before is null ? "" : $"The same call took effect before, under {before.Id}; to make it again needs an approval of its own. ")
                + $"A person has to approve {approval.ActionId} first. It waits as {approval.Id}; nothing was sent."
        )
        {
            NextStep =
                $"Have an operator look at /ui/approvals/{approval.Id}, within {Math.Max(1, (int)left.TotalMinutes)} minutes. Then send the same call again, unchanged: it takes effect once.",
            ApprovalId = approval.Id,
        };

    public static ServiceError Refused(Approval approval) =>
        approval.DecidedBy == approval.CallerId
            ? new(
                ErrorCode.ApprovalRefused,
                ErrorSource.Hub,
                $"The agent's own user has declined {approval.ActionId} ({approval.Id}). Nothing was sent."
            )
            {
                NextStep = $"Do not send it again: it stays refused until {approval.ExpiresAt:yyyy-MM-dd HH:mm} UTC.",
                ApprovalId = approval.Id,
            }
            : new(
                ErrorCode.ApprovalRefused,
                ErrorSource.Hub,
                $"A person has refused {approval.ActionId} ({approval.Id}). Nothing was sent."
            )
            {
                NextStep = "Do not send it again; ask whoever operates this service why.",
                ApprovalId = approval.Id,
            };

    public static ServiceError TooMany(int waiting) =>
        new(
            ErrorCode.TooManyRequests,
            ErrorSource.Caller,
            $"{waiting} calls of this account wait for a person already, or were taken back within the hour, and one caller may have half of all that may wait. Nothing was sent."
        )
        {
            NextStep = "Have them decided first.",
            RetryAfter = TimeSpan.FromMinutes(1),
        };

    public static ServiceError IsNoKey() =>
        new(ErrorCode.InvalidInput, ErrorSource.Caller, "An approval's id is no Idempotency-Key: the approved call has it.")
        {
            NextStep = "Send an approved call again as it was; give another one a key of its own. Nothing was sent.",
            Faults = [new("Idempotency-Key", "must not be an approval's id.")],
        };

    public static ServiceError StorageFailed() =>
        new(
            ErrorCode.StorageUnavailable,
            ErrorSource.Storage,
            "Whether the call is approved could not be looked up or written down. Nothing was sent."
        )
        {
            NextStep = "Send the call again; if it lasts, look at the database.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    public static ServiceError NotFound(string id) =>
        new(ErrorCode.ApprovalNotFound, ErrorSource.Caller, $"There is no approval {InputFault.Shorten(id)}.")
        {
            NextStep = "Look at GET /approvals.",
        };

    public static ServiceError Decided(Approval approval, ApprovalStatus status) =>
        new(ErrorCode.ApprovalDecided, ErrorSource.Caller, $"The approval {approval.Id} is {WireName.Of(status)}. Nothing was changed.")
        {
            NextStep =
                status is ApprovalStatus.Expired
                    ? "Have the caller send the call again, and decide the new approval."
                    : "Look at GET /approvals/{id}.",
        };

    public static ServiceError OwnCall() =>
        new(ErrorCode.Forbidden, ErrorSource.Caller, "Who wants a call cannot approve it. Nothing was changed.")
        {
            NextStep = "Have somebody else decide.",
        };
}
