namespace TenantHub.Accounts;

/// <summary>The Autodesk app whose credentials an account uses: its own or its profile's.</summary>
internal sealed record ClientApp(string ClientId, Secret ClientSecret, string CredentialVersion);
