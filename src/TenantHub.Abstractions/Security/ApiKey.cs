namespace TenantHub.Security;

/// <summary>What is known of an API key; never the key itself.</summary>
public sealed record ApiKey
{
    /// <summary>Gets the id, by which people speak of the key.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what its holder may do.</summary>
    public required AccessRole Role { get; init; }

    /// <summary>Gets the owners whose accounts the holder may see; empty for all.</summary>
    public IReadOnlyList<string> OriginOwnerIds { get; init; } = [];

    /// <summary>Gets the connector profiles whose accounts the holder may see; empty for all. With owners too, an account must match
    /// both.</summary>
    public IReadOnlyList<string> ProfileIds { get; init; } = [];

    /// <summary>Gets what the holder's actions are limited to; null when they are not.</summary>
    public CallerRights? Rights { get; init; }

    /// <summary>Gets when it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets who made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Gets when it ends; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Gets when it was last used, to the minute; null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Gets when it was revoked; null when it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }
}
