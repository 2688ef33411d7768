namespace TenantHub.Errors;

/// <summary>What the faults that were found in an input add up to.</summary>
internal static class InputErrors
{
    /// <summary>One error that tells them; null when there are none.</summary>
    public static ServiceError? Of(IReadOnlyCollection<InputFault> faults) =>
        faults.Count == 0
            ? null
            : InputFault.Tell(faults, "Correct the fields that are named and send the request again; nothing was stored.");
}
