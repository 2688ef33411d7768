namespace TenantHub.Accounts;

/// <summary>An account as operators and callers see it: everything but its secrets.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.account-description")]
public sealed record AccountDescription
{
    /// <summary>Gets the linked account's id.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>Gets a number that grows with every change; a reader can tell which of two descriptions is newer.</summary>
    [Id(1)]
    public required long Revision { get; init; }

    /// <summary>Gets the Hub backend's id of its customer.</summary>
    [Id(2)]
    public required string OriginOwnerId { get; init; }

    /// <summary>Gets the customer's name.</summary>
    [Id(3)]
    public required string OriginOwnerName { get; init; }

    /// <summary>Gets the account's name, if it has one.</summary>
    [Id(4)]
    public string? Label { get; init; }

    /// <summary>Gets the connector profile; null when the account brings its own app.</summary>
    [Id(5)]
    public string? ProfileId { get; init; }

    /// <summary>Gets the client id of the Autodesk app. It is public: customers paste it into their account settings.</summary>
    [Id(6)]
    public required string ClientId { get; init; }

    /// <summary>Gets Autodesk's account id without <c>b.</c>.</summary>
    [Id(7)]
    public required string AccAccountId { get; init; }

    /// <summary>Gets the data region.</summary>
    [Id(8)]
    public required string Region { get; init; }

    /// <summary>Gets the acting user, if one is set.</summary>
    [Id(9)]
    public string? ActAsUserId { get; init; }

    /// <summary>Gets <c>production</c> or <c>test</c>.</summary>
    [Id(10)]
    public required string Type { get; init; }

    /// <summary>Gets the status.</summary>
    [Id(11)]
    public required AccountStatus Status { get; init; }

    /// <summary>Gets why the status is what it is, for example <c>verified</c> or <c>custom_integration_missing</c>.</summary>
    [Id(12)]
    public required string Reason { get; init; }

    /// <summary>Gets since when the status holds.</summary>
    [Id(13)]
    public required DateTimeOffset StatusSince { get; init; }

    /// <summary>Gets what to do next; null when nothing is to be done.</summary>
    [Id(14)]
    public string? NextStep { get; init; }

    /// <summary>Gets when the account was linked.</summary>
    [Id(15)]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets when the account last changed.</summary>
    [Id(16)]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Gets the account's share when several accounts wait for permits of one client id: one with weight 2 gets twice as many as
    /// one with weight 1.</summary>
    [Id(17)]
    public int QuotaWeight { get; init; } = 1;
}
