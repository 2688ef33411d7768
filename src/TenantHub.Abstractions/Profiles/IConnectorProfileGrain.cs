namespace TenantHub.Profiles;

/// <summary>A connector profile; the key is its id. Many accounts may share its Autodesk app.</summary>
[Alias("tenanthub.connector-profile")]
public interface IConnectorProfileGrain : IGrainWithStringKey
{
    /// <summary>Creates the profile. When it brings an app, its credentials are tried first.</summary>
    /// <param name="request">Name, app and enabled actions.</param>
    /// <param name="cancellationToken">Ends the wait for Autodesk.</param>
    [Alias("Create")]
    Task<ProfileResult> CreateAsync(CreateProfileRequest request, CancellationToken cancellationToken = default);

    /// <summary>Replaces the limits. They hold within seconds, without a restart.</summary>
    /// <param name="limits">The new limits.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    [Alias("SetLimits")]
    Task<ProfileResult> SetLimitsAsync(ProfileLimits limits, CancellationToken cancellationToken = default);

    /// <summary>Says whether the profile's accounts use each other's buckets. It holds within seconds.</summary>
    /// <param name="shared">Whether they do.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    [Alias("ShareBuckets")]
    Task<ProfileResult> ShareBucketsAsync(bool shared, CancellationToken cancellationToken = default);

    /// <summary>Describes the profile without its secret.</summary>
    [Alias("Describe")]
    Task<ProfileResult> DescribeAsync();
}
