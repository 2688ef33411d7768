namespace TenantHub.Accounts;

/// <summary>Whose an Autodesk account may be.</summary>
public sealed class OwnershipOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub:Ownership";

    /// <summary>Gets or sets whether several owners may link the same Autodesk account under one client id without an operator.</summary>
    /// <value>The default is false: an Account ID is no secret, so whoever knows it could reach another customer's account.</value>
    public bool AllowSeveralOwners { get; set; }
}
