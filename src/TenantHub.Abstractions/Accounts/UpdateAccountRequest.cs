namespace TenantHub.Accounts;

/// <summary>Changes an account. What is null stays as it is.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.update-account-request")]
public sealed record UpdateAccountRequest
{
    /// <summary>Gets the new owner id.</summary>
    [Id(0)]
    public string? OriginOwnerId { get; init; }

    /// <summary>Gets the new owner name.</summary>
    [Id(1)]
    public string? OriginOwnerName { get; init; }

    /// <summary>Gets the new label; the empty string removes it.</summary>
    [Id(2)]
    public string? Label { get; init; }

    /// <summary>Gets the new client id; only together with <see cref="ClientSecret"/>.</summary>
    [Id(3)]
    public string? ClientId { get; init; }

    /// <summary>Gets the new client secret; it is tried before it is stored.</summary>
    [Id(4)]
    public Secret? ClientSecret { get; init; }

    /// <summary>Gets the new region.</summary>
    [Id(5)]
    public string? Region { get; init; }

    /// <summary>Gets the new acting user; the empty string removes it.</summary>
    [Id(6)]
    public string? ActAsUserId { get; init; }

    /// <summary>Gets the new type, <c>test</c> or <c>production</c>.</summary>
    [Id(7)]
    public string? Type { get; init; }

    /// <summary>Gets the new share of permits, 1 to 100.</summary>
    [Id(8)]
    public int? QuotaWeight { get; init; }

    /// <summary>Gets another Autodesk account; only as long as the account has never been proven to work.</summary>
    [Id(9)]
    public string? AccAccountId { get; init; }

    /// <summary>Gets whether the account is verified even when nothing changes that asks for it.</summary>
    [Id(10)]
    public bool Verify { get; init; }

    /// <summary>Gets whether an operator has decided that the owner may share an Autodesk account that another owner holds.</summary>
    [Id(11)]
    public bool MayShareAccount { get; init; }
}
