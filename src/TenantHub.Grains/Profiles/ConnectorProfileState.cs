using TenantHub.Credentials;
using TenantHub.Secrets;

namespace TenantHub.Profiles;

/// <summary>What is stored of a connector profile.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.profile-state")]
internal sealed record ConnectorProfileState
{
    [Id(0)]
    public ProfileDescription? Profile { get; init; }

    /// <summary>Gets the app's secret; null when accounts bring their own app.</summary>
    [Id(1)]
    public AppCredentials? Credentials { get; init; }

    /// <summary>Gets the secret where the storage of before ADR 9 kept it. It is only read.</summary>
    [field: NonSerialized]
    public Secret? ClientSecret { get; init; }

    /// <summary>Gets the version that belongs to <see cref="ClientSecret"/>.</summary>
    [field: NonSerialized]
    public string? CredentialVersion { get; init; }

    /// <summary>As it is used: the secrets opened, and an old state in today's form; the next write stores it so.</summary>
    public ConnectorProfileState Opened(ISecretVault vault, string owner) =>
        this with
        {
            Credentials = this is { ClientSecret: { } secret, CredentialVersion: { } version }
                ? AppCredentials.Of(vault, owner, secret, version)
                : Credentials?.Opened(vault, owner),
            ClientSecret = null,
            CredentialVersion = null,
        };
}
