using System.Text.Json.Serialization;
using TenantHub.Configuration;

namespace TenantHub.Tokens;

/// <summary>What survives a restart: the token (sealed by the storage serializer) and its lifetime.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.access-token-state")]
internal sealed record AccessTokenState : IDamageTolerant
{
    [Id(0)]
    public Secret? Value { get; init; }

    [Id(1)]
    public long Issue { get; init; }

    [Id(4)]
    public DateTimeOffset IssuedAt { get; init; }

    [Id(2)]
    public DateTimeOffset ExpiresAt { get; init; }

    [Id(3)]
    public DateTimeOffset RenewAt { get; init; }

    [Id(5), JsonIgnore]
    public string? Damage { get; set; }
}
