namespace TenantHub.Accounts;

/// <summary>One thing that must be right for an account to work, and whether it is.</summary>
/// <param name="Name">What was checked: <c>credentials</c>, <c>scope:data:read</c>, <c>api_product:Webhooks API</c>,
/// <c>custom_integration</c>, <c>region</c>, <c>acting_user</c> ...</param>
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
    [property: Id(4)] DateTimeOffset CheckedAt
)
{
    /// <summary>Gets the text to send to the customer's admin, ready to paste; null when the admin has nothing to do.</summary>
    [Id(5)]
    public string? AdminText { get; init; }

    /// <summary>Gets whether only a call can tell: nothing that the enabled actions may read would show it.</summary>
    [Id(6)]
    public bool LeftToFirstCall { get; init; }

    /// <summary>Gets the error that a call gets for a check that failed.</summary>
    [Id(7)]
    public ErrorCode? Cause { get; init; }
}

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
