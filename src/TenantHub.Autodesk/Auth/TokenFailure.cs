using TenantHub.Autodesk.Http;
using TenantHub.Errors;

namespace TenantHub.Autodesk.Auth;

/// <summary>
/// What a failed token request means. Only Autodesk's and OAuth's own codes speak of the app: what a firewall, a proxy or a wrong address
/// answers says nothing about credentials, whatever its status.
/// </summary>
internal static class TokenFailure
{
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(5);

    public static ServiceError Classify(
        int status,
        ReadOnlySpan<byte> body,
        string clientId,
        IReadOnlyList<string> scopes,
        TimeSpan? retryAfter
    )
    {
        var said = ProviderBody.Read(body);
        var provider = new ProviderError(status, ApsTokenClient.Path, said.Raw);
        var error = status switch
        {
            429 => new ServiceError(
                ErrorCode.AutodeskRateLimited,
                ErrorSource.AutodeskApi,
                $"Autodesk limits the token requests of this client id: {said.Message}"
            )
            {
                NextStep = "Try again after Retry-After.",
                RetryAfter = retryAfter ?? TimeSpan.FromSeconds(60),
            },
            403 when said.ErrorCode is "AUTH-001" => new ServiceError(
                ErrorCode.ApiProductNotEnabled,
                ErrorSource.AutodeskAuth,
                $"Autodesk says of the app {clientId}: {said.Message}"
            )
            {
                NextStep = "Enable the API product on the app in the Autodesk developer portal.",
            },
            400 or 401 or 403 when IsOfScopes(status, said) => new ServiceError(
                ErrorCode.ScopeNotGranted,
                ErrorSource.AutodeskAuth,
                $"Autodesk gives the app {clientId} no token with the scopes {string.Join(' ', scopes)}: {said.Message}"
            )
            {
                NextStep = $"Allow the app these scopes in the Autodesk developer portal: {string.Join(", ", scopes)}.",
            },
            400 or 401 when IsOfCredentials(status, said) => new ServiceError(
                ErrorCode.CredentialsRejected,
                ErrorSource.AutodeskAuth,
                $"Autodesk refuses the client id {clientId} with its secret: {said.Message}"
            )
            {
                NextStep =
                    "Copy client id and client secret again from the app's page in the Autodesk developer portal, then link again or change the account's credentials.",
            },
            >= 500 => new ServiceError(
                ErrorCode.AutodeskUnavailable,
                ErrorSource.AutodeskApi,
                $"Autodesk's token endpoint failed with {status}: {said.Message}. Nothing was sent."
            )
            {
                NextStep = "Try again.",
                RetryAfter = retryAfter ?? SoonAgain,
            },
            _ => new ServiceError(
                ErrorCode.AutodeskUnavailable,
                ErrorSource.AutodeskApi,
                $"Autodesk's token endpoint answered {status}, which says nothing about the credentials: {said.Message}. Nothing was sent."
            )
            {
                NextStep =
                    "Try again; if it lasts, check TenantHub:Autodesk:BaseUrl and what stands between TenantHub and Autodesk (firewall, proxy).",
                RetryAfter = retryAfter ?? SoonAgain,
            },
        };
        return error with { Provider = provider };
    }

    public static ServiceError Unreachable(string host) =>
        new(
            ErrorCode.AutodeskUnavailable,
            ErrorSource.AutodeskApi,
            $"Autodesk's token endpoint at {host} could not be reached. Nothing was sent."
        )
        {
            NextStep = "Try again; if it lasts, check the network between TenantHub and Autodesk.",
            RetryAfter = SoonAgain,
        };

    public static ServiceError Unreadable(int status) =>
        new(
            ErrorCode.AutodeskUnavailable,
            ErrorSource.AutodeskApi,
            "Autodesk's token endpoint answered something that is not a token. Nothing was sent."
        )
        {
            NextStep = "Check TenantHub:Autodesk:BaseUrl.",
            RetryAfter = SoonAgain,
            Provider = new ProviderError(status, ApsTokenClient.Path, null), // What came may hold a token all the same.
        };

    /// <summary>Autodesk does not document its code for a scope that the app lacks, so without OAuth's the text decides; AUTH-010 is a
    /// token's that lacks one.</summary>
    private static bool IsOfScopes(int status, ProviderBody said) =>
        said.ErrorCode is "invalid_scope" or "AUTH-010" || (status == 400 && said.IsJson && said.Says("scope") && !IsOfTheRequest(said));

    /// <summary>Autodesk does not document its code for a wrong secret either: a 401 with any of its codes is one. Without a code the text
    /// decides.</summary>
    private static bool IsOfCredentials(int status, ProviderBody said) =>
        said.ErrorCode switch
        {
            "invalid_client" or "unauthorized_client" or "AUTH-003" => true,
            { } code when code.StartsWith("AUTH-", StringComparison.Ordinal) => status == 401 && !IsOfTheRequest(said),
            null => said.IsJson && (said.Says("client_id") || said.Says("client_secret")),
            _ => false,
        };

    /// <summary>AUTH-007 to AUTH-009: form fields or credentials did not arrive. We send them, so something on the way takes them
    /// off.</summary>
    private static bool IsOfTheRequest(ProviderBody said) => said.ErrorCode is "AUTH-007" or "AUTH-008" or "AUTH-009";
}
