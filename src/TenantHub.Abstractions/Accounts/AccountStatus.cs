namespace TenantHub.Accounts;

/// <summary>What an account is good for. A working status is left only on proof.</summary>
public enum AccountStatus
{
    /// <summary>Linked and not yet proven.</summary>
    Pending,

    /// <summary>The credentials work; the customer's admin still has to enable something for the client id.</summary>
    AwaitingProvisioning,

    /// <summary>Proven to work.</summary>
    Active,

    /// <summary>Works in part: some enabled action cannot succeed, and it is known why.</summary>
    Degraded,

    /// <summary>Stopped by an operator.</summary>
    Suspended,

    /// <summary>Does not work: Autodesk refuses the credentials or the set-up is wrong.</summary>
    Error,

    /// <summary>Gone; its secrets are destroyed.</summary>
    Unlinked,
}
