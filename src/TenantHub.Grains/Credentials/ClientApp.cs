namespace TenantHub.Credentials;

/// <summary>The Autodesk app whose credentials an account uses: its own or its profile's.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.client-app")]
internal sealed record ClientApp(
    [property: Id(0)] string ClientId,
    [property: Id(1)] Secret ClientSecret,
    [property: Id(2)] string CredentialVersion
)
{
    /// <summary>Gets whether the secret is being tried before it is stored: then no other one may answer for it.</summary>
    [Id(3)]
    public bool IsOnTrial { get; init; }
}
