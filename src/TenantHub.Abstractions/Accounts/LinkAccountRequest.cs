namespace TenantHub.Accounts;

/// <summary>Links one Autodesk account for one owner.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.link-account-request")]
public sealed record LinkAccountRequest
{
    /// <summary>Gets the Hub backend's own id of its customer.</summary>
    [Id(0)]
    public required string OriginOwnerId { get; init; }

    /// <summary>Gets the customer's name for people.</summary>
    [Id(1)]
    public required string OriginOwnerName { get; init; }

    /// <summary>Gets a name for the account; optional.</summary>
    [Id(2)]
    public string? Label { get; init; }

    /// <summary>Gets the connector profile whose app and enabled actions apply; null when the account brings its own app.</summary>
    [Id(3)]
    public string? ProfileId { get; init; }

    /// <summary>Gets the client id of the Autodesk app; null when the profile has one.</summary>
    [Id(4)]
    public string? ClientId { get; init; }

    /// <summary>Gets the client secret of the Autodesk app; null when the profile has one.</summary>
    [Id(5)]
    public Secret? ClientSecret { get; init; }

    /// <summary>Gets Autodesk's account id, a UUID; the prefix <c>b.</c> is accepted.</summary>
    [Id(6)]
    public required string AccAccountId { get; init; }

    /// <summary>Gets the account's data region, one of <see cref="Regions.All"/>.</summary>
    [Id(7)]
    public string Region { get; init; } = Regions.Default;

    /// <summary>Gets the Autodesk user to act as where Autodesk demands one; optional.</summary>
    [Id(8)]
    public string? ActAsUserId { get; init; }

    /// <summary>Gets whether this is a <c>test</c> or a <c>production</c> link; a label only.</summary>
    [Id(9)]
    public string Type { get; init; } = "production";

    /// <summary>Gets the account's share of permits beside other accounts of the same client id, 1 to 100.</summary>
    [Id(10)]
    public int QuotaWeight { get; init; } = 1;

    /// <summary>Gets whether an operator has decided that the owner may share an Autodesk account that another owner holds.</summary>
    [Id(11)]
    public bool MayShareAccount { get; init; }
}
