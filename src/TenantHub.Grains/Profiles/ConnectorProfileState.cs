namespace TenantHub.Profiles;

/// <summary>What is stored of a connector profile.</summary>
[Alias("tenanthub.profile-state")]
internal sealed record ConnectorProfileState
{
    public ProfileDescription? Profile { get; init; }

    public Secret? ClientSecret { get; init; }

    public string? CredentialVersion { get; init; }
}
