namespace TenantHub.Client.Accounts;

/// <summary>A linked account, without its secret.</summary>
public sealed record LinkedAccount
{
    /// <summary>Gets the id, <c>acc_...</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the status: <c>pending</c>, <c>awaiting_provisioning</c>, <c>active</c>, <c>degraded</c>, <c>suspended</c>,
    /// <c>error</c> or
    /// <c>unlinked</c>.</summary>
    public required string HubStatus { get; init; }

    /// <summary>Gets why, for people.</summary>
    public required string Reason { get; init; }

    /// <summary>Gets what to do; null when nothing is to be done.</summary>
    public string? NextStep { get; init; }

    /// <summary>Gets since when it has the status.</summary>
    public DateTimeOffset StatusSince { get; init; }

    /// <summary>Gets the customer's id in the backend.</summary>
    public required string OriginOwnerId { get; init; }

    /// <summary>Gets the customer's name.</summary>
    public required string OriginOwnerName { get; init; }

    /// <summary>Gets the account's name; null when it has none.</summary>
    public string? Label { get; init; }

    /// <summary>Gets the connector profile; null when the account brings its own app.</summary>
    public string? ProfileId { get; init; }

    /// <summary>Gets the app.</summary>
    public required AppIdentity Credentials { get; init; }

    /// <summary>Gets which Autodesk account it is.</summary>
    public required AutodeskSetup SetupInformation { get; init; }

    /// <summary>Gets its share of limits that it shares with other accounts.</summary>
    public int QuotaWeight { get; init; }

    /// <summary>Gets when it was linked.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets when it last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Gets what the last look at Autodesk found; null where it is not told, as in lists.</summary>
    public IReadOnlyList<ProvisioningCheck>? Checks { get; init; }
}

/// <summary>The Autodesk app of an account.</summary>
/// <param name="ClientId">Its client id.</param>
public sealed record AppIdentity(string ClientId);

/// <summary>Which Autodesk account is linked.</summary>
/// <param name="AccAccountId">Autodesk's account id, a UUID.</param>
/// <param name="Region">Its region: <c>US</c>, <c>EMEA</c>, <c>AUS</c> ...</param>
/// <param name="ActAsUserId">The user for whom calls are made where Autodesk demands one; null for none.</param>
public sealed record AutodeskSetup(string AccAccountId, string? Region = null, string? ActAsUserId = null);

/// <summary>One thing that must be right for an account to work, and whether it is.</summary>
public sealed record ProvisioningCheck
{
    /// <summary>Gets what was checked: <c>credentials</c>, <c>scope:data:read</c>, <c>custom_integration</c> ...</summary>
    public required string Name { get; init; }

    /// <summary>Gets <c>passed</c>, <c>failed</c>, <c>unknown</c> or <c>not_needed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Gets what was seen.</summary>
    public required string Seen { get; init; }

    /// <summary>Gets what to do; null when nothing is to be done.</summary>
    public string? NextStep { get; init; }

    /// <summary>Gets when it was checked.</summary>
    public DateTimeOffset CheckedAt { get; init; }

    /// <summary>Gets the text to send to the customer's admin; null when the admin has nothing to do.</summary>
    public string? AdminText { get; init; }

    /// <summary>Gets the error that a call gets for it; null when it has not failed.</summary>
    public string? Cause { get; init; }
}
