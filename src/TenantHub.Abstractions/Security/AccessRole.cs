namespace TenantHub.Security;

/// <summary>What a caller may do. Each role may do all that the ones before it may.</summary>
public enum AccessRole
{
    /// <summary>Look: accounts, profiles, quotas, logs.</summary>
    ReadOnly,

    /// <summary>Link accounts and run actions: the Hub backend.</summary>
    Backend,

    /// <summary>Change accounts, profiles and quotas, and read the audit.</summary>
    Operator,

    /// <summary>Manage API keys and export the audit.</summary>
    Admin,
}
