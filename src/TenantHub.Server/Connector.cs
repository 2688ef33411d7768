namespace TenantHub.Server;

/// <summary>The one connector of this service, as StackOne's wire format names it.</summary>
internal static class Connector
{
    public const string Key = "autodesk";
    public const string Name = "Autodesk";
    public const string Version = "1.0.0";
    public const string Category = "documents";
    public const string Description =
        "Autodesk Construction Cloud and BIM 360: projects, files, buckets, webhooks and account administration, by two-legged OAuth.";
    public const string AuthenticationKey = "oauth2_client_credentials";
}
