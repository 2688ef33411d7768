using System.Diagnostics.CodeAnalysis;
using TenantHub.Errors;
using TenantHub.Security;

namespace TenantHub.Profiles;

/// <summary>How an operation on a profile ended.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.profile-result")]
public abstract record ProfileResult
{
    private ProfileResult() { }

    /// <summary>Makes a failed result of an error.</summary>
    /// <param name="error">The error.</param>
    public static implicit operator ProfileResult(ServiceError error) => FromServiceError(error);

    /// <summary>Makes a failed result of an error.</summary>
    /// <param name="error">The error.</param>
    public static ProfileResult FromServiceError(ServiceError error) => new Failed(error);

    /// <summary>The profile as it is now.</summary>
    /// <param name="Profile">The profile without its secret.</param>
    [GenerateSerializer, Immutable, Alias("tenanthub.profile-result.described")]
    public sealed record Described([property: Id(0)] ProfileDescription Profile) : ProfileResult;

    /// <summary>The operation did not take place.</summary>
    /// <param name="Error">Why, and what to do.</param>
    [GenerateSerializer, Immutable, Alias("tenanthub.profile-result.failed")]
    public sealed record Failed([property: Id(0)] ServiceError Error) : ProfileResult;
}

/// <summary>A profile without its secret.</summary>
/// <param name="Id">The profile's id.</param>
/// <param name="Name">The name for people.</param>
/// <param name="ClientId">The shared app's client id; null when each account brings its own.</param>
/// <param name="EnabledActions">The enabled actions; null when all are.</param>
/// <param name="CreatedAt">When it was created.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.profile-description")]
public sealed record ProfileDescription(
    [property: Id(0)] string Id,
    [property: Id(1)] string Name,
    [property: Id(2)] string? ClientId,
    [property: Id(3)] IReadOnlyList<string>? EnabledActions,
    [property: Id(4)] DateTimeOffset CreatedAt
)
{
    /// <summary>Tells whether a text can be a profile's id: 1 to 64 of a-z, 0-9, '-' and '_'. What cannot wakes no grain.</summary>
    /// <param name="id">The text.</param>
    public static bool IsId([NotNullWhen(true)] string? id) =>
        id?.Length is > 0 and <= 64
        && id.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '_');

    /// <summary>Gets the limits.</summary>
    [Id(5)]
    public ProfileLimits Limits { get; init; } = new();

    /// <summary>Gets whether its accounts use each other's buckets.</summary>
    [Id(6)]
    public bool SharedBuckets { get; init; }

    /// <summary>Gets a number that grows with every change.</summary>
    [Id(7)]
    public long Revision { get; init; }

    /// <summary>Gets when the profile last changed.</summary>
    [Id(8)]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Gets since when no new accounts are linked with the profile; null while it is in use.</summary>
    [Id(9)]
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>Gets what shows that a customer controls the Autodesk account that it links with the profile.</summary>
    [Id(10)]
    public OwnershipProof OwnershipProof { get; init; }

    /// <summary>Gets which calls of its accounts a person has to approve.</summary>
    [Id(11)]
    public ApprovalDemand Approval { get; init; }
}
