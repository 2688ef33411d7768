namespace TenantHub.Client.Actions;

/// <summary>What an action does to Autodesk's data.</summary>
public enum ActionSafety
{
    /// <summary>Nothing: it may be repeated.</summary>
    Read,

    /// <summary>It makes or changes something: it goes under an idempotency key.</summary>
    Write,

    /// <summary>It makes or changes something in a way that destroys what was there.</summary>
    Destructive,
}
