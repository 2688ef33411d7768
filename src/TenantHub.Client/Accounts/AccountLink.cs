namespace TenantHub.Client.Accounts;

/// <summary>What links an account: with a profile, or with an app of its own.</summary>
public sealed record AccountLink
{
    /// <summary>Gets the customer's id in the backend.</summary>
    public required string OriginOwnerId { get; init; }

    /// <summary>Gets the customer's name.</summary>
    public required string OriginOwnerName { get; init; }

    /// <summary>Gets which Autodesk account it is.</summary>
    public required AutodeskSetup SetupInformation { get; init; }

    /// <summary>Gets the account's name.</summary>
    public string? Label { get; init; }

    /// <summary>Gets the connector profile; null when <see cref="Credentials"/> are given.</summary>
    public string? ProfileId { get; init; }

    /// <summary>Gets the account's own app; null when a profile is named.</summary>
    public AppCredentials? Credentials { get; init; }

    /// <summary>Gets its share of limits that it shares with other accounts; null for 1.</summary>
    public int? QuotaWeight { get; init; }

    /// <summary>Gets whether several owners may have the Autodesk account (operators only).</summary>
    public bool? ShareAccount { get; init; }

    /// <summary>Gets the provider.</summary>
    public string Provider { get; } = "autodesk";
}

/// <summary>An Autodesk app with its secret. It prints without it.</summary>
/// <param name="ClientId">The client id; null where only the secret changes.</param>
/// <param name="ClientSecret">The secret.</param>
public sealed record AppCredentials(string? ClientId, string ClientSecret)
{
    /// <summary>Gives the client id only.</summary>
    public override string ToString() => $"AppCredentials {{ ClientId = {ClientId} }}";
}

/// <summary>A change of an account; what is null stays.</summary>
public sealed record AccountChange
{
    /// <summary>Gets the customer's name.</summary>
    public string? OriginOwnerName { get; init; }

    /// <summary>Gets the account's name.</summary>
    public string? Label { get; init; }

    /// <summary>Gets its share of limits.</summary>
    public int? QuotaWeight { get; init; }

    /// <summary>Gets the app.</summary>
    public AppCredentials? Credentials { get; init; }

    /// <summary>Gets region and acting user.</summary>
    public SetupChange? SetupInformation { get; init; }
}

/// <summary>A change of the set-up; what is null stays.</summary>
/// <param name="Region">The region.</param>
/// <param name="ActAsUserId">The acting user.</param>
public sealed record SetupChange(string? Region = null, string? ActAsUserId = null);
