using TenantHub.Credentials;
using TenantHub.Events;
using TenantHub.Secrets;

namespace TenantHub.Accounts;

/// <summary>What is stored of an account. Immutable: a change is a new state, so a failed write leaves the old one in force.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.account-state")]
internal sealed record LinkedAccountState
{
    /// <summary>Gets the account's public face; null before it is linked.</summary>
    [Id(0)]
    public AccountDescription? Account { get; init; }

    /// <summary>Gets the secret of the account's own app; null when the profile's app is used, and after unlinking: the data key is gone then.</summary>
    [Id(1)]
    public AppCredentials? Credentials { get; init; }

    /// <summary>Gets the secret where the storage of before ADR 9 kept it. It is only read.</summary>
    [field: NonSerialized]
    public Secret? ClientSecret { get; init; }

    /// <summary>Gets the version that belongs to <see cref="ClientSecret"/>.</summary>
    [field: NonSerialized]
    public string? CredentialVersion { get; init; }

    [Id(2)]
    public IReadOnlyList<ProvisioningCheck> Checks { get; init; } = [];

    [Id(3)]
    public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>Gets when the account was active for the first time.</summary>
    [Id(5)]
    public DateTimeOffset? ProvenAt { get; init; }

    /// <summary>Gets the events that the last changes were, until a later change finds them handed over.</summary>
    [Id(6)]
    public IReadOnlyList<LifecycleEvent> Outbox { get; init; } = [];

    [Id(4)]
    public IReadOnlyList<StatusChange> History { get; init; } = [];

    /// <summary>As it is used: the secrets opened, and an old state in today's form; the next write stores it so.</summary>
    public LinkedAccountState Opened(ISecretVault vault, string owner) => this with
    {
        Credentials = this is { ClientSecret: { } secret, CredentialVersion: { } version }
            ? AppCredentials.Of(vault, owner, secret, version)
            : Credentials?.Opened(vault, owner),
        ClientSecret = null,
        CredentialVersion = null,
        Checks = ProvisioningChecks.Shared(Checks),
    };
}
