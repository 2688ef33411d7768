namespace TenantHub.Profiles;

/// <summary>A profile's limits. What is null or absent has TenantHub's default.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.profile-limits")]
public sealed record ProfileLimits
{
    /// <summary>Gets how many requests each account of the profile may send in a minute, over all quota groups; null for no cap.</summary>
    [Id(0)]
    public int? RequestsPerMinute { get; init; }

    /// <summary>Gets how many reads of one account may run at once, 1 to 64; null for TenantHub's default (1).</summary>
    [Id(1)]
    public int? ParallelReads { get; init; }

    /// <summary>Gets limits in requests per minute by quota group, where Autodesk gives the client id another limit than it
    /// publishes.</summary>
    [Id(2)]
    public IReadOnlyDictionary<string, int> QuotaGroups { get; init; } = new Dictionary<string, int>();
}
