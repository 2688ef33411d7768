namespace TenantHub.Configuration;

/// <summary>The state of a grain that starts though what was stored cannot be read back: it finds out here, and has a state as of a first
/// start.</summary>
internal interface IDamageTolerant
{
    /// <summary>Gets or sets why what was stored is lost; null when nothing is. It is never stored.</summary>
    string? Damage { get; set; }
}
