namespace TenantHub.Accounts;

/// <summary>One thing that must be right for an account to work, and whether it is.</summary>
/// <param name="Name">What was checked: <c>credentials</c>, <c>custom_integration</c>, <c>region</c> ...</param>
/// <param name="Outcome">Passed, failed, unknown or not needed.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="NextStep">What to do when it failed.</param>
/// <param name="CheckedAt">When it was checked.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.provisioning-check")]
public sealed record ProvisioningCheck(
    [property: Id(0)] string Name,
    [property: Id(1)] CheckOutcome Outcome,
    [property: Id(2)] string Seen,
    [property: Id(3)] string? NextStep,
    [property: Id(4)] DateTimeOffset CheckedAt);

/// <summary>How a check ended.</summary>
public enum CheckOutcome
{
    /// <summary>It could not be told.</summary>
    Unknown,

    /// <summary>It is right.</summary>
    Passed,

    /// <summary>It is wrong.</summary>
    Failed,

    /// <summary>No enabled action needs it.</summary>
    NotNeeded,
}
