namespace TenantHub.Errors;

/// <summary>What the faults that were found in an input add up to.</summary>
internal static class InputErrors
{
    /// <summary>One error that lists them all; null when there are none.</summary>
    public static HubError? Of(IReadOnlyList<InputFault> faults) => faults.Count == 0 ? null : new(
        ErrorCode.InvalidInput, ErrorSource.Caller, string.Join(" ", faults.Select(fault => $"{fault.Field} {fault.Message}")))
    {
        NextStep = "Correct the fields that are named and send the request again; nothing was stored.",
        Faults = faults,
    };
}
