using TenantHub.Errors;

namespace TenantHub.Quotas;

/// <summary>Why a permit is refused. Nothing was sent then.</summary>
internal static class QuotaErrors
{
    public static ServiceError Exceeded(string clientId, string group, LimitTable.Row limit, TimeSpan window, TimeSpan expected) =>
        new(
            ErrorCode.QuotaExceeded,
            ErrorSource.Hub,
            $"The client id {clientId} may send {limit.Value} requests in {window.TotalSeconds:0.#} s for {group} ({Says(limit.Source)}), and they are used up. Nothing was sent."
        )
        {
            NextStep =
                "Try again after Retry-After, or allow a longer wait with the header Prefer: wait=<seconds>."
                + (
                    limit.Source is LimitSource.Learned
                        ? " Every minute without a 429 gives a tenth of the limit back; an operator can give back all of it with POST /quotas/{client_id}/{quota_group}/resume."
                        : ""
                ),
            RetryAfter = expected > TimeSpan.Zero ? expected : TimeSpan.FromSeconds(1),
        };

    private static string Says(LimitSource source) =>
        source switch
        {
            LimitSource.Published => "Autodesk's published limit",
            LimitSource.Settings => "set in the server's settings",
            LimitSource.Operator => "set by an operator",
            LimitSource.Learned => "learnt from Autodesk's 429s",
            _ => "TenantHub's guess: Autodesk publishes no limit",
        };

    public static ServiceError Paused(string clientId, string group, DateTimeOffset askedUntil, TimeSpan expected) =>
        new(
            ErrorCode.QuotaExceeded,
            ErrorSource.Hub,
            $"The requests of {group} are paused by Autodesk until {askedUntil.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC for the client id {clientId}. Nothing was sent."
        )
        {
            NextStep =
                "Try again after Retry-After: then one request is tried, even when Autodesk has named a later time. "
                + "An operator can lift the pause with POST /quotas/{client_id}/{quota_group}/resume.",
            RetryAfter = expected > TimeSpan.Zero ? expected : TimeSpan.FromSeconds(1),
        };

    public static ServiceError RetryBudgetSpent(string group, TimeSpan window) =>
        new(ErrorCode.QuotaExceeded, ErrorSource.Hub, $"Too many requests of {group} are being repeated already.")
        {
            NextStep = "Try again later.",
            RetryAfter = window,
        };

    public static ServiceError StorageFailed() =>
        new(ErrorCode.StorageUnavailable, ErrorSource.Storage, "The use of Autodesk's limit could not be written down. Nothing was sent.")
        {
            NextStep = "Try again; if it lasts, look at the database.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };
}
