namespace TenantHub.Autodesk.Catalog;

/// <summary>The scopes that two-legged apps can have and that actions need, each in words.</summary>
public static class AutodeskScopes
{
    private static readonly Dictionary<string, string> Known = new()
    {
        ["account:read"] = "See members, projects, companies and business units of the account",
        ["account:write"] = "Change members, projects and business units of the account",
        ["bucket:create"] = "Create buckets of the app",
        ["bucket:delete"] = "Delete buckets of the app",
        ["bucket:read"] = "See buckets of the app",
        ["bucket:update"] = "Change buckets of the app",
        ["data:create"] = "Create folders, files and versions",
        ["data:read"] = "See hubs, projects, folders, files and webhooks",
        ["data:search"] = "Search folders",
        ["data:write"] = "Change folders, files and webhooks, and finish uploads",
    };

    /// <summary>Gets the scopes, sorted.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Known.Keys];

    /// <summary>Says what a scope allows.</summary>
    public static string Describe(string scope) => Known[scope];
}

/// <summary>The API products that are switched on for an app in Autodesk's developer portal.</summary>
public static class ApiProducts
{
    public const string Construction = "Autodesk Construction Cloud API";
    public const string DataManagement = "Data Management API";
    public const string Webhooks = "Webhooks API";

    /// <summary>Gets the products.</summary>
    public static IReadOnlyList<string> All { get; } = [Construction, DataManagement, Webhooks];
}
