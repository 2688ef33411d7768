using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.Journal;

namespace TenantHub.ApsEmulator.Auth;

/// <summary>POST /authentication/v2/token, with the gateway's errors.</summary>
internal static class TokenEndpoint
{
    public static void Map(IEndpointRouteBuilder app, EmulatorState state) =>
        app.MapPost(
            "/authentication/v2/token",
            async (HttpContext http) =>
            {
                if (!http.Request.HasFormContentType)
                    return Gateway(
                        400,
                        "AUTH-007",
                        "content-type header missing or unsupported content-type used, must use application/x-www-form-urlencoded"
                    );
                var form = await http.Request.ReadFormAsync();
                var scopes = form["scope"].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
                var entry = http.Items[typeof(JournalEntry)] as JournalEntry;
                if (entry is not null)
                    entry.Scopes = scopes;

                var (clientId, secret) = Credentials(http.Request);
                if (clientId is null)
                    return Gateway(400, "AUTH-008", "The required parameter(s) client_id,client_secret not present in the request");
                if (entry is not null)
                    (entry.ClientId, entry.QuotaGroup) = (clientId, "token");
                if (form["grant_type"].ToString() is not "client_credentials" and var grant)
                    return grant.Length == 0
                        ? Gateway(400, "AUTH-008", "The required parameter(s) grant_type not present in the request")
                        : Gateway(
                            400,
                            "AUTH-009",
                            $"Unsupported grant_type '{grant}' specified. The grant_type must be either client_credentials or authorization_code or refresh_token."
                        );

                lock (state.Gate)
                {
                    if (!state.Apps.TryGetValue(clientId, out var known) || !known.Secrets.Contains(secret))
                        return Gateway(401, "AUTH-003", "The client_id/client_secret are not valid.");
                    if (state.Quotas.Refuse(clientId, "token") is { } wait)
                        return Answers.QuotaExceeded(wait);
                    if (
                        scopes.Length == 0
                        || scopes.FirstOrDefault(scope => !Scopes.All.Contains(scope)) is not null
                        || scopes.Any(scope => !known.Scopes.Contains(scope))
                    )
                        return Answers.Json(
                            400,
                            new JsonObject
                            {
                                ["error"] = "invalid_scope",
                                ["error_description"] =
                                    "The requested scope is invalid, unknown, malformed, or not allowed for this client.",
                                ["errorCode"] = "invalid_scope",
                                ["developerMessage"] =
                                    "The requested scope is invalid, unknown, malformed, or not allowed for this client.",
                            }
                        );

                    var token = "eyJhbGciOiJSUzI1NiJ9." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + ".emulated";
                    state.Tokens[token] = new IssuedToken(clientId, scopes, state.Clock.Now + state.TokenLifetime);
                    return Answers.Json(
                        200,
                        new JsonObject
                        {
                            ["access_token"] = token,
                            ["token_type"] = "Bearer",
                            ["expires_in"] = (int)state.TokenLifetime.TotalSeconds,
                        }
                    );
                }
            }
        );

    public static IResult Gateway(int status, string code, string message) =>
        Answers.Json(
            status,
            new JsonObject
            {
                ["developerMessage"] = message,
                ["moreInfo"] = $"https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/error_handling/#{code}",
                ["errorCode"] = code,
            }
        );

    /// <summary>Reads the caller's credentials; the client id is null where there are none.</summary>
    public static (string? ClientId, string Secret) Credentials(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return (null, "");
        try
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..]));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon < 1 ? (null, "") : (text[..colon], text[(colon + 1)..]);
        }
        catch (FormatException)
        {
            return (null, "");
        }
    }
}
