using TenantHub.Client.Accounts;

namespace TenantHub.Client.Profiles;

/// <summary>A connector profile, without its secret.</summary>
public sealed record ConnectorProfile
{
    /// <summary>Gets the id.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the shared app's client id; null when each account brings its own.</summary>
    public string? ClientId { get; init; }

    /// <summary>Gets the enabled actions; null when all are.</summary>
    public IReadOnlyList<string>? EnabledActions { get; init; }

    /// <summary>Gets the limits.</summary>
    public ProfileLimits? Limits { get; init; }

    /// <summary>Gets whether its accounts use each other's buckets.</summary>
    public bool SharedBuckets { get; init; }

    /// <summary>Gets a number that grows with every change.</summary>
    public long Revision { get; init; }

    /// <summary>Gets when it was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets when it last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Gets since when it is retired; null while it is in use.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>Gets what shows that a customer controls the account it links: <c>first_link</c> or <c>code</c>.</summary>
    public string? OwnershipProof { get; init; }
}

/// <summary>A new profile.</summary>
public sealed record NewProfile
{
    /// <summary>Gets the id.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the shared app; null when each account brings its own.</summary>
    public AppCredentials? Credentials { get; init; }

    /// <summary>Gets the enabled actions; null for all.</summary>
    public IReadOnlyList<string>? EnabledActions { get; init; }

    /// <summary>Gets the limits; null for the defaults.</summary>
    public ProfileLimits? Limits { get; init; }
}

/// <summary>A change of a profile; what is null stays.</summary>
public sealed record ProfileChange
{
    /// <summary>Gets the name for people.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the enabled actions.</summary>
    public IReadOnlyList<string>? EnabledActions { get; init; }

    /// <summary>Gets the limits.</summary>
    public ProfileLimits? Limits { get; init; }
}

/// <summary>The limits of a profile; what is null has TenantHub's default.</summary>
/// <param name="RequestsPerMinute">How many requests each account may send in a minute, over all limits.</param>
/// <param name="ParallelReads">How many reads of one account may run at once, 1 to 64.</param>
/// <param name="QuotaGroups">Limits in requests per minute by quota group.</param>
public sealed record ProfileLimits(
    int? RequestsPerMinute = null,
    int? ParallelReads = null,
    IReadOnlyDictionary<string, int>? QuotaGroups = null
);
