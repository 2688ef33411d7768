using Orleans.Concurrency;
using TenantHub.Credentials;
using TenantHub.Security;

namespace TenantHub.Profiles;

/// <summary>What TenantHub's own grains ask of a profile; not part of the public contract because it holds the secret.</summary>
[Alias("tenanthub.profile-app")]
internal interface IProfileAppGrain : IGrainWithStringKey
{
    /// <summary>Gives the app and the enabled actions; null when there is no such profile.</summary>
    /// <remarks>It interleaves, because a profile that waits for Autodesk must not hold up the calls of its accounts; it only reads one
    /// reference.</remarks>
    [Alias("GetApp"), AlwaysInterleave, ReadOnly]
    Task<ProfileApp?> GetAppAsync();
}

/// <summary>A profile's app.</summary>
/// <param name="ClientId">The client id; null when accounts bring their own.</param>
/// <param name="ClientSecret">The client secret.</param>
/// <param name="CredentialVersion">Tells one pair of id and secret from another.</param>
/// <param name="EnabledActions">The enabled actions; null when all are.</param>
/// <param name="Limits">The limits of each account.</param>
/// <param name="SharedBuckets">Whether its accounts use each other's buckets.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.profile-app-value")]
internal sealed record ProfileApp(
    [property: Id(0)] string? ClientId,
    [property: Id(1)] Secret? ClientSecret,
    [property: Id(2)] string? CredentialVersion,
    [property: Id(3)] IReadOnlyList<string>? EnabledActions,
    [property: Id(4)] ProfileLimits Limits,
    [property: Id(5)] bool SharedBuckets
)
{
    /// <summary>Gets the same app with the secret before, while both are held; null when there is none.</summary>
    [Id(6)]
    public ClientApp? Previous { get; init; }

    /// <summary>Gets until when the secret before is held.</summary>
    [Id(7)]
    public DateTimeOffset? PreviousUntil { get; init; }

    /// <summary>Gets whether no new accounts may be linked with the profile.</summary>
    [Id(8)]
    public bool IsRetired { get; init; }

    /// <summary>Gets what shows that a customer controls the Autodesk account that it links.</summary>
    [Id(9)]
    public OwnershipProof OwnershipProof { get; init; }

    /// <summary>Gets which calls of its accounts a person has to approve.</summary>
    [Id(10)]
    public ApprovalDemand Approval { get; init; }
}
