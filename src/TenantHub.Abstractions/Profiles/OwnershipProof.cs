namespace TenantHub.Profiles;

/// <summary>What shows that a customer controls the Autodesk account that it names (docs/adr/0018).</summary>
public enum OwnershipProof
{
    /// <summary>Being the first to link it.</summary>
    FirstLink,

    /// <summary>Besides: a word that only an admin of the account can have put into it, as the name of a company or business
    /// unit.</summary>
    Code,
}
