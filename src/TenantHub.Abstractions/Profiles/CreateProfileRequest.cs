using TenantHub.Security;

namespace TenantHub.Profiles;

/// <summary>The admin's one-time set-up.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.create-profile-request")]
public sealed record CreateProfileRequest
{
    /// <summary>Gets the name for people.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>Gets the client id of the shared Autodesk app; null when each account brings its own.</summary>
    [Id(1)]
    public string? ClientId { get; init; }

    /// <summary>Gets the client secret of the shared Autodesk app.</summary>
    [Id(2)]
    public Secret? ClientSecret { get; init; }

    /// <summary>Gets the enabled actions; null enables all.</summary>
    [Id(3)]
    public IReadOnlyList<string>? EnabledActions { get; init; }

    /// <summary>Gets the limits; null for TenantHub's defaults.</summary>
    [Id(4)]
    public ProfileLimits? Limits { get; init; }

    /// <summary>Gets whether the profile's accounts use each other's buckets; otherwise each sees only those that were created for it
    /// through TenantHub.</summary>
    [Id(5)]
    public bool SharedBuckets { get; init; }

    /// <summary>Gets what shows that a customer controls the Autodesk account that it links with the profile.</summary>
    [Id(6)]
    public OwnershipProof OwnershipProof { get; init; }

    /// <summary>Gets which calls of the profile's accounts a person has to approve.</summary>
    [Id(7)]
    public ApprovalDemand Approval { get; init; }
}
