namespace TenantHub.ApsEmulator.Auth;

/// <summary>An app as the developer portal knows it. Two secrets are valid while one is being rotated.</summary>
internal sealed record EmulatedApp(string ClientId, IReadOnlyList<string> Secrets, HashSet<string> Products, HashSet<string> Scopes);

/// <summary>A token that was given out.</summary>
internal sealed record IssuedToken(string ClientId, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt);

/// <summary>The API products of facts: what has to be enabled on an app.</summary>
internal static class ApiProducts
{
    public const string Construction = "Autodesk Construction Cloud API";
    public const string DataManagement = "Data Management API";
    public const string Webhooks = "Webhooks API";

    public static readonly IReadOnlyList<string> All = [Construction, DataManagement, Webhooks];
}

/// <summary>The scopes of authentication.yaml that two-legged apps can have.</summary>
internal static class Scopes
{
    public static readonly IReadOnlyList<string> All =
    [
        "account:read",
        "account:write",
        "data:read",
        "data:write",
        "data:create",
        "data:search",
        "bucket:create",
        "bucket:read",
        "bucket:update",
        "bucket:delete",
        "viewables:read",
        "code:all",
    ];
}
