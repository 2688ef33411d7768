using TenantHub.Errors;

namespace TenantHub.Approvals;

/// <summary>Whether a call may go on.</summary>
/// <param name="Refusal">Why it may not; null when it may.</param>
/// <param name="ApprovalId">The approval under which it goes on, which is its idempotency key when its caller gave none; null when it needs
/// none.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.admission")]
public sealed record Admission([property: Id(0)] ServiceError? Refusal, [property: Id(1)] string? ApprovalId)
{
    /// <summary>Gets the admission of a call that needs no person.</summary>
    public static Admission Free { get; } = new(null, null);

    /// <summary>The admission of a call that a person has approved.</summary>
    /// <param name="approvalId">The approval.</param>
    public static Admission By(string approvalId) => new(null, approvalId);

    /// <summary>The refusal of a call.</summary>
    /// <param name="refusal">Why.</param>
    public static Admission No(ServiceError refusal) => new(refusal, null);
}

/// <summary>A decided approval, or why it was not decided: exactly one of the two.</summary>
/// <param name="Approval">The approval.</param>
/// <param name="Error">What went wrong.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.approval-result")]
public sealed record ApprovalResult([property: Id(0)] Approval? Approval, [property: Id(1)] ServiceError? Error);
