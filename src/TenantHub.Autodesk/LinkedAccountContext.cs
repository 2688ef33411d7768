namespace TenantHub.Autodesk;

/// <summary>What the linked account supplies to its calls.</summary>
/// <param name="AccAccountId">Autodesk's account id without <c>b.</c>.</param>
/// <param name="Region">The data region.</param>
/// <param name="ClientId">The client id of the app that calls.</param>
/// <param name="ActingUserId">The user to act as, if one is set.</param>
public sealed record LinkedAccountContext(string AccAccountId, string Region, string ClientId, string? ActingUserId)
{
    /// <summary>Gets the account's hub id.</summary>
    public string HubId { get; } = "b." + AccAccountId;
}
