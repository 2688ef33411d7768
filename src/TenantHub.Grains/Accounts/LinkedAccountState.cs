using TenantHub.Events;

namespace TenantHub.Accounts;

/// <summary>What is stored of an account. Immutable: a change is a new state, so a failed write leaves the old one in force.</summary>
[Alias("tenanthub.account-state")]
internal sealed record LinkedAccountState
{
    /// <summary>Gets the account's public face; null before it is linked.</summary>
    public AccountDescription? Account { get; init; }

    /// <summary>Gets the secret of the account's own app; null when the profile's app is used. Sealed by the storage serializer.</summary>
    public Secret? ClientSecret { get; init; }

    /// <summary>Gets the name of the credentials in token keys; null when the profile's app is used.</summary>
    public string? CredentialVersion { get; init; }

    public IReadOnlyList<ProvisioningCheck> Checks { get; init; } = [];

    public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>Gets when the account was active for the first time.</summary>
    public DateTimeOffset? ProvenAt { get; init; }

    /// <summary>Gets the events that the last changes were, until a later change finds them handed over.</summary>
    public IReadOnlyList<LifecycleEvent> Outbox { get; init; } = [];

    public IReadOnlyList<StatusChange> History { get; init; } = [];
}
