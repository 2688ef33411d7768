using Orleans.Concurrency;

namespace TenantHub.Profiles;

/// <summary>A connector profile; the key is its id. Many accounts may share its Autodesk app.</summary>
[Alias("tenanthub.connector-profile")]
public interface IConnectorProfileGrain : IGrainWithStringKey
{
    /// <summary>Creates the profile. When it brings an app, its credentials are tried first.</summary>
    /// <param name="request">Name, app and enabled actions.</param>
    /// <param name="cancellationToken">Ends the wait for Autodesk.</param>
    [Alias("Create"), ResponseTimeout("00:03:00")]
    Task<ProfileResult> CreateAsync(CreateProfileRequest request, CancellationToken cancellationToken = default);

    /// <summary>Replaces the limits. They hold within seconds, without a restart.</summary>
    /// <param name="limits">The new limits.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    [Alias("SetLimits")]
    Task<ProfileResult> SetLimitsAsync(ProfileLimits limits, CancellationToken cancellationToken = default);

    /// <summary>Changes name or enabled actions. Accounts of the profile are verified again when the actions changed.</summary>
    /// <param name="request">The changes; what is null stays.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    [Alias("Update")]
    Task<ProfileResult> UpdateAsync(UpdateProfileRequest request, CancellationToken cancellationToken = default);

    /// <summary>Tells what a change of the enabled actions would mean for the Autodesk app and for the accounts. Nothing is
    /// changed.</summary>
    /// <param name="request">The change.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    [Alias("Preview")]
    Task<ProfilePreviewResult> PreviewAsync(UpdateProfileRequest request, CancellationToken cancellationToken = default);

    /// <summary>Retires the profile: no new account is linked with it, those that are go on working. Its secret goes when no account needs
    /// it.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    [Alias("Retire")]
    Task<ProfileResult> RetireAsync(CancellationToken cancellationToken = default);

    /// <summary>Says whether the profile's accounts use each other's buckets. It holds within seconds.</summary>
    /// <param name="shared">Whether they do.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    [Alias("ShareBuckets")]
    Task<ProfileResult> ShareBucketsAsync(bool shared, CancellationToken cancellationToken = default);

    /// <summary>Says what shows that a customer controls the Autodesk account that it links. Accounts that have worked before go on
    /// working.</summary>
    /// <param name="proof">What is demanded from now on.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    [Alias("DemandProof")]
    Task<ProfileResult> DemandProofAsync(OwnershipProof proof, CancellationToken cancellationToken = default);

    /// <summary>
    /// Changes the secret of the profile's app. The new one is tried first; after that both are held for a while, and no call of the
    /// profile's accounts fails because of the change.
    /// </summary>
    /// <param name="clientId">The app, when the caller names it: it must be the one in force. Null for that one.</param>
    /// <param name="clientSecret">The app's new secret.</param>
    /// <param name="cancellationToken">Ends the wait for Autodesk.</param>
    [Alias("RotateCredentials"), ResponseTimeout("00:03:00")]
    Task<ProfileResult> RotateCredentialsAsync(string? clientId, Secret clientSecret, CancellationToken cancellationToken = default);

    /// <summary>Describes the profile without its secret.</summary>
    /// <remarks>It interleaves, because a profile that waits for Autodesk can be described meanwhile; it only reads one
    /// reference.</remarks>
    [Alias("Describe"), AlwaysInterleave, ReadOnly]
    Task<ProfileResult> DescribeAsync();
}
