using TenantHub.Errors;

namespace TenantHub.Tokens;

/// <summary>
/// One access token, shared by every account that uses the same app with the same scopes. The key is
/// <c>client id | credential version | scopes</c>; the credential version keeps who knows only the client id away from the token.
/// </summary>
[Alias("tenanthub.access-token")]
internal interface IAccessTokenGrain : IGrainWithStringKey
{
    /// <summary>Gives a token that Autodesk accepts, asking Autodesk at most once however many ask at the same time.</summary>
    /// <param name="request">The credentials, and the token that Autodesk has refused, if one.</param>
    [Alias("Get"), ResponseTimeout("00:02:00")]
    Task<AccessTokenResult> GetAsync(AccessTokenRequest request);
}

/// <summary>Asks for a token.</summary>
/// <param name="ClientId">The app.</param>
/// <param name="ClientSecret">Its secret.</param>
/// <param name="Scopes">The scopes, sorted.</param>
/// <param name="RefusedIssue">The <see cref="AccessToken.Issue"/> of a token that Autodesk answered with 401; zero for none.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.access-token-request")]
internal sealed record AccessTokenRequest(
    [property: Id(0)] string ClientId,
    [property: Id(1)] Secret ClientSecret,
    [property: Id(2)] IReadOnlyList<string> Scopes,
    [property: Id(3)] long RefusedIssue
)
{
    /// <summary>Gets how old the token may be; null when any that Autodesk accepts will do. The doctor wants to know what Autodesk says
    /// now.</summary>
    [Id(4)]
    public TimeSpan? MaxAge { get; init; }
}

/// <summary>A token as the account grain keeps it in memory.</summary>
/// <param name="Value">The bearer token.</param>
/// <param name="Issue">Grows with every token that this grain has got; tells a refused token from its successor.</param>
/// <param name="ExpiresAt">When Autodesk stops accepting it.</param>
/// <param name="RenewAt">From when on the grain should be asked again.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.access-token-value")]
internal sealed record AccessToken(
    [property: Id(0)] Secret Value,
    [property: Id(1)] long Issue,
    [property: Id(2)] DateTimeOffset ExpiresAt,
    [property: Id(3)] DateTimeOffset RenewAt
);

/// <summary>A token, or why there is none: exactly one of the two.</summary>
/// <param name="Token">The token.</param>
/// <param name="Refusal">Why there is none.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.access-token-result")]
internal sealed record AccessTokenResult([property: Id(0)] AccessToken? Token, [property: Id(1)] ServiceError? Refusal);
