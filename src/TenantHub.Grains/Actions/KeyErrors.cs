using TenantHub.Accounts;
using TenantHub.Errors;

namespace TenantHub.Actions;

/// <summary>The errors of idempotency keys.</summary>
internal static class KeyErrors
{
    /// <param name="place">Where the running call stands; null when it runs on another silo or has not reached the lane.</param>
    public static ServiceError InUse(Lane.Entry? place) =>
        new(
            ErrorCode.IdempotencyKeyInUse,
            ErrorSource.Caller,
            $"A call with this Idempotency-Key is running: {Doing(place?.Phase ?? CallPhase.Lane)}. Nothing more was sent."
        )
        {
            NextStep =
                "Send the same call again after Retry-After, with the same key if it has one: it gives the answer of the first call.",
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    /// <param name="seen">What the look at Autodesk has shown.</param>
    public static ServiceError PerhapsForgotten(string seen) =>
        new(
            ErrorCode.OutcomeUnknown,
            ErrorSource.Storage,
            $"The database has lost its last writes, perhaps this Idempotency-Key among them. Nothing was sent now. {seen}"
        )
        {
            NextStep = "Send the same key again: the write is looked for first, and sent only when it is not there.",
        };

    private static string Doing(CallPhase phase) =>
        phase switch
        {
            CallPhase.Lane => "it waits for other calls of the account",
            CallPhase.Preparing => "it is being prepared",
            CallPhase.Quota => "it waits for a permit of Autodesk's limit",
            CallPhase.Autodesk => "it was sent and Autodesk has not answered yet",
            CallPhase.Backoff => "it failed and is about to be repeated",
            CallPhase.ReadBack => "its answer was lost and TenantHub looks for what it did",
            _ => throw new ArgumentOutOfRangeException(nameof(phase)),
        };
}
