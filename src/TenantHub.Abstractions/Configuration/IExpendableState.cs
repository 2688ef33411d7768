namespace TenantHub.Configuration;

/// <summary>The state of a grain that does its work without it too: what cannot be read back counts as absent, and is overwritten.</summary>
internal interface IExpendableState
{
    /// <summary>Gets or sets why what was stored is lost; null when nothing is. It is never stored.</summary>
    string? Damage { get; set; }
}
