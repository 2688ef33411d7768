namespace TenantHub.Quotas;

/// <summary>The key of an <see cref="IQuotaGrain"/>.</summary>
public static class QuotaKey
{
    /// <summary>Puts a key together.</summary>
    /// <param name="clientId">The Autodesk app; without <c>|</c>.</param>
    /// <param name="quotaGroup">The quota group, as the catalog names it.</param>
    public static string Of(string clientId, string quotaGroup) => $"{clientId}|{quotaGroup}";

    /// <summary>Takes a key apart; one without a quota group is all client id.</summary>
    /// <param name="key">The key.</param>
    public static (string ClientId, string QuotaGroup) Split(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var bar = key.LastIndexOf('|');
        return bar < 0 ? (key, "") : (key[..bar], key[(bar + 1)..]);
    }
}
