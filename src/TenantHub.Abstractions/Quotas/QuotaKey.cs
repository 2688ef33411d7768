namespace TenantHub.Quotas;

/// <summary>The key of an <see cref="IQuotaGrain"/>.</summary>
public static class QuotaKey
{
    /// <summary>Puts a key together.</summary>
    /// <param name="clientId">The Autodesk app; without <c>|</c>.</param>
    /// <param name="quotaGroup">The quota group, as the catalog names it.</param>
    public static string Of(string clientId, string quotaGroup) => $"{clientId}|{quotaGroup}";
}
