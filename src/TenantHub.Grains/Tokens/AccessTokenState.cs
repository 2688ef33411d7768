namespace TenantHub.Tokens;

/// <summary>What survives a restart: the token (sealed by the storage serializer) and its lifetime.</summary>
[Alias("tenanthub.access-token-state")]
internal sealed record AccessTokenState
{
    public Secret? Value { get; init; }

    public long Issue { get; init; }

    public DateTimeOffset IssuedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset RenewAt { get; init; }
}
