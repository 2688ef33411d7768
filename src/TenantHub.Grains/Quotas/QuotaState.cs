namespace TenantHub.Quotas;

/// <summary>What survives a restart of one limit.</summary>
[Alias("tenanthub.quota-state")]
internal sealed record QuotaState
{
    /// <summary>Gets the configured limit; null for the catalog's.</summary>
    public int? Limit { get; init; }

    public int? LearnedLimit { get; init; }

    public DateTimeOffset? PausedUntil { get; init; }

    public IReadOnlyList<StoredBlock> Blocks { get; init; } = [];
}

/// <summary>Permits that may have been used.</summary>
/// <param name="Permits">How many.</param>
/// <param name="CountsUntil">Until when they count; null when they could still be lent at the time of writing.</param>
internal sealed record StoredBlock(int Permits, DateTimeOffset? CountsUntil);
