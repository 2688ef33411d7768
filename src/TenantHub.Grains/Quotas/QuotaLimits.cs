using TenantHub.Errors;

namespace TenantHub.Quotas;

/// <summary>What a limit may be.</summary>
internal static class QuotaLimits
{
    public const int Max = 1_000_000;

    public static ServiceError Invalid(string field) =>
        new(ErrorCode.InvalidInput, ErrorSource.Caller, $"{field} must be a whole number from 1 to {Max:N0}, or null for the default.")
        {
            NextStep = "Correct it and send the request again; nothing was changed.",
            Faults = [new(field, $"must be a whole number from 1 to {Max:N0}, or null for the default.")],
        };
}
