using System.Text.Json.Serialization;
using TenantHub.Configuration;

namespace TenantHub.Quotas;

/// <summary>What survives a restart of one limit.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.quota-state")]
internal sealed record QuotaState : IDamageTolerant
{
    /// <summary>Gets the configured limit; null for the catalog's.</summary>
    [Id(0)]
    public int? Limit { get; init; }

    [Id(1)]
    public int? LearnedLimit { get; init; }

    [Id(2)]
    public DateTimeOffset? PausedUntil { get; init; }

    [Id(3)]
    public IReadOnlyList<StoredBlock> Blocks { get; init; } = [];

    /// <summary>Gets until when Autodesk has told us to wait; later than <see cref="PausedUntil"/> when a probe comes first.</summary>
    [Id(4)]
    public DateTimeOffset? AskedUntil { get; init; }

    [Id(5), JsonIgnore]
    public string? Damage { get; set; }

    /// <summary>Gets whether there is nothing in it that a new activation would have to know.</summary>
    [JsonIgnore]
    public bool IsEmpty => this is { Limit: null, LearnedLimit: null, PausedUntil: null, AskedUntil: null, Blocks.Count: 0 };
}

/// <summary>Permits that may have been used.</summary>
/// <param name="Permits">How many.</param>
/// <param name="CountsUntil">Until when they count; null when they could still be lent at the time of writing.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.quota-block")]
internal sealed record StoredBlock([property: Id(0)] int Permits, [property: Id(1)] DateTimeOffset? CountsUntil);
