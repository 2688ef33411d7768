using TenantHub.Security;

namespace TenantHub.Profiles;

/// <summary>Changes a profile. What is null stays as it is.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.update-profile-request")]
public sealed record UpdateProfileRequest
{
    /// <summary>Gets the new name.</summary>
    [Id(0)]
    public string? Name { get; init; }

    /// <summary>Gets the new list of enabled actions.</summary>
    [Id(1)]
    public IReadOnlyList<string>? EnabledActions { get; init; }

    /// <summary>Gets whether all actions are to be enabled, now and those to come.</summary>
    [Id(2)]
    public bool EnableAllActions { get; init; }

    /// <summary>Gets the new limits.</summary>
    [Id(3)]
    public ProfileLimits? Limits { get; init; }

    /// <summary>Gets which calls of the profile's accounts a person has to approve from now on.</summary>
    [Id(4)]
    public ApprovalDemand? Approval { get; init; }
}
