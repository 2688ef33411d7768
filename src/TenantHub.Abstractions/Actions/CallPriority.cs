namespace TenantHub.Actions;

/// <summary>How urgent a call is beside others of the same account.</summary>
public enum CallPriority
{
    /// <summary>Somebody waits for the answer.</summary>
    Interactive,

    /// <summary>A synchronisation or an import: interactive calls go first, but never more than four of them while a bulk call
    /// waits.</summary>
    Bulk,
}
