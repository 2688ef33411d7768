namespace TenantHub.Client.Profiles;

/// <summary>What a change of the enabled actions would mean.</summary>
public sealed record ProfilePreview
{
    /// <summary>Gets the actions that would be enabled.</summary>
    public IReadOnlyList<string> ActionsAdded { get; init; } = [];

    /// <summary>Gets the actions whose calls would be refused.</summary>
    public IReadOnlyList<string> ActionsRemoved { get; init; } = [];

    /// <summary>Gets the scopes that the app would need in addition.</summary>
    public IReadOnlyList<string> ScopesAdded { get; init; } = [];

    /// <summary>Gets the scopes that would not be needed any more.</summary>
    public IReadOnlyList<string> ScopesRemoved { get; init; } = [];

    /// <summary>Gets the API products that would have to be enabled in addition.</summary>
    public IReadOnlyList<string> ApiProductsAdded { get; init; } = [];

    /// <summary>Gets the API products that would not be needed any more.</summary>
    public IReadOnlyList<string> ApiProductsRemoved { get; init; } = [];

    /// <summary>Gets whether a custom integration would become necessary that was not.</summary>
    public bool NeedsCustomIntegrationNow { get; init; }

    /// <summary>Gets whether an acting user would become necessary that was not.</summary>
    public bool NeedsActingUserNow { get; init; }

    /// <summary>Gets how many accounts use the profile; all would be verified again.</summary>
    public long AffectedAccounts { get; init; }

    /// <summary>Gets the first of them.</summary>
    public IReadOnlyList<AffectedAccount> Accounts { get; init; } = [];
}

/// <summary>An account that a change of its profile would affect.</summary>
/// <param name="Id">The account.</param>
/// <param name="OriginOwnerName">The customer's name.</param>
/// <param name="Label">The account's name.</param>
/// <param name="Status">Its status now.</param>
/// <param name="LacksActingUser">Whether the change needs an acting user that the account does not have.</param>
public sealed record AffectedAccount(string Id, string OriginOwnerName, string? Label, string Status, bool LacksActingUser);
