using TenantHub.Autodesk.Http;
using TenantHub.Errors;

namespace TenantHub.Autodesk.Auth;

/// <summary>What a failed token request means.</summary>
internal static class TokenFailure
{
    public static HubError Classify(int status, byte[] body, string clientId, IReadOnlyList<string> scopes, TimeSpan? retryAfter)
    {
        var said = ProviderBody.Read(body);
        var provider = new ProviderError(status, ApsTokenClient.Path, said.Raw);
        var error = (status, said.ErrorCode) switch
        {
            (429, _) => new HubError(ErrorCode.AutodeskRateLimited, ErrorSource.AutodeskApi, "Autodesk limits the token requests of this client id.") { NextStep = "Try again after Retry-After.", RetryAfter = retryAfter ?? TimeSpan.FromSeconds(60) },
            ( >= 500, _) => new HubError(ErrorCode.AutodeskUnavailable, ErrorSource.AutodeskApi, $"Autodesk's token endpoint failed with {status}. Nothing was sent.") { NextStep = "Try again.", RetryAfter = retryAfter ?? TimeSpan.FromSeconds(5) },
            (403, "AUTH-001") => new HubError(ErrorCode.ApiProductNotEnabled, ErrorSource.AutodeskAuth, $"Autodesk says of the app {clientId}: {said.Message}") { NextStep = "Enable the API product on the app in the Autodesk developer portal." },
            (400 or 403, _) when said.Says("scope") => new HubError(ErrorCode.ScopeNotGranted, ErrorSource.AutodeskAuth, $"Autodesk gives the app {clientId} no token with the scopes {string.Join(' ', scopes)}: {said.Message}") { NextStep = $"Allow the app these scopes in the Autodesk developer portal: {string.Join(", ", scopes)}." },
            _ => new HubError(ErrorCode.CredentialsRejected, ErrorSource.AutodeskAuth, $"Autodesk refuses the client id {clientId} with its secret: {said.Message}") { NextStep = "Copy client id and client secret again from the app's page in the Autodesk developer portal, then link again or change the account's credentials." },
        };
        return error with { Provider = provider };
    }

    public static HubError Unreachable(string host) => new(ErrorCode.AutodeskUnavailable, ErrorSource.AutodeskApi, $"Autodesk's token endpoint at {host} could not be reached. Nothing was sent.")
    {
        NextStep = "Try again; if it lasts, check the network between TenantHub and Autodesk.",
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    public static HubError Unreadable() => new(ErrorCode.AutodeskUnavailable, ErrorSource.AutodeskApi, "Autodesk's token endpoint answered something that is not a token. Nothing was sent.")
    {
        NextStep = "Check TenantHub:Autodesk:BaseUrl.",
    };
}
