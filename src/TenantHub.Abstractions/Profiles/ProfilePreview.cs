using TenantHub.Accounts;
using TenantHub.Errors;

namespace TenantHub.Profiles;

/// <summary>What a change of the enabled actions means.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.profile-preview")]
public sealed record ProfilePreview
{
    /// <summary>Gets the actions that are enabled by the change.</summary>
    [Id(0)]
    public required IReadOnlyList<string> ActionsAdded { get; init; }

    /// <summary>Gets the actions that the change takes away: calls of them will be refused.</summary>
    [Id(1)]
    public required IReadOnlyList<string> ActionsRemoved { get; init; }

    /// <summary>Gets the scopes that the Autodesk app must be allowed in addition.</summary>
    [Id(2)]
    public required IReadOnlyList<string> ScopesAdded { get; init; }

    /// <summary>Gets the scopes that are not needed any more.</summary>
    [Id(3)]
    public required IReadOnlyList<string> ScopesRemoved { get; init; }

    /// <summary>Gets the API products that must be switched on in addition.</summary>
    [Id(4)]
    public required IReadOnlyList<string> ApiProductsAdded { get; init; }

    /// <summary>Gets the API products that are not needed any more.</summary>
    [Id(5)]
    public required IReadOnlyList<string> ApiProductsRemoved { get; init; }

    /// <summary>Gets whether the change makes the custom integration necessary that was not.</summary>
    [Id(6)]
    public required bool NeedsCustomIntegrationNow { get; init; }

    /// <summary>Gets whether the change makes an acting user necessary that was not.</summary>
    [Id(7)]
    public required bool NeedsActingUserNow { get; init; }

    /// <summary>Gets how many accounts use the profile. All of them are verified again after the change.</summary>
    [Id(8)]
    public required long AffectedAccounts { get; init; }

    /// <summary>Gets the first of the affected accounts.</summary>
    [Id(9)]
    public required IReadOnlyList<AffectedAccount> Accounts { get; init; }
}

/// <summary>An account that a change of its profile affects.</summary>
/// <param name="Id">The account.</param>
/// <param name="OriginOwnerName">Its owner's name.</param>
/// <param name="Label">Its name.</param>
/// <param name="Status">Its status now.</param>
/// <param name="LacksActingUser">Whether the change needs an acting user that the account does not have.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.affected-account")]
public sealed record AffectedAccount(
    [property: Id(0)] string Id,
    [property: Id(1)] string OriginOwnerName,
    [property: Id(2)] string? Label,
    [property: Id(3)] AccountStatus Status,
    [property: Id(4)] bool LacksActingUser
);

/// <summary>A preview, or why there is none: exactly one of the two.</summary>
/// <param name="Preview">The preview.</param>
/// <param name="Error">Why there is none.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.profile-preview-result")]
public sealed record ProfilePreviewResult([property: Id(0)] ProfilePreview? Preview, [property: Id(1)] ServiceError? Error);
