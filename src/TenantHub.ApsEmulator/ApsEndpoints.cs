using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.Auth;
using TenantHub.ApsEmulator.Journal;

namespace TenantHub.ApsEmulator;

/// <summary>What Autodesk's gateway checks before a product sees a call, in its order: token, API product, scope, quota, then the
/// body.</summary>
internal sealed class ApsEndpoints(IEndpointRouteBuilder app, EmulatorState state)
{
    private const int MaxBody = 8 * 1024 * 1024;

    public EmulatorState State => state;

    public void Map(
        string method,
        string pattern,
        string product,
        string[] scopes,
        string quotaGroup,
        Func<ApsCall, IResult> handler,
        bool anyScope = false
    ) =>
        app.MapMethods(
            pattern,
            [method],
            async (HttpContext http) =>
            {
                var (body, unreadable) = await ReadBodyAsync(http.Request);
                lock (state.Gate)
                {
                    var entry = http.Items[typeof(JournalEntry)] as JournalEntry;
                    if (entry is not null)
                        entry.QuotaGroup = quotaGroup;
                    var header = http.Request.Headers.Authorization.ToString();
                    if (
                        !header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
                        || !state.Tokens.TryGetValue(header[7..], out var token)
                        || token.ExpiresAt <= state.Clock.Now
                        || !state.Apps.TryGetValue(token.ClientId, out var caller)
                    )
                        return TokenEndpoint.Gateway(401, "AUTH-006", "Access token provided is invalid or expired.");
                    if (entry is not null)
                        (entry.ClientId, entry.Scopes) = (token.ClientId, token.Scopes);
                    if (!caller.Products.Contains(product))
                        return TokenEndpoint.Gateway(403, "AUTH-001", "The client_id specified does not have access to the api product");
                    if (anyScope ? !scopes.Any(token.Scopes.Contains) : !scopes.All(token.Scopes.Contains))
                        return TokenEndpoint.Gateway(403, "AUTH-010", "Token does not have the privilege for this request.");
                    if (state.ThreeLeggedOnly.Contains(quotaGroup))
                        return Answers.JsonApiError(403, "FORBIDDEN", "This API supports 3-legged tokens only.");
                    if (state.Quotas.Refuse(token.ClientId, quotaGroup) is { } wait)
                        return Answers.QuotaExceeded(wait);
                    if (unreadable)
                        return Answers.AdminError(400, "Bad Request", "The body is not valid JSON.");
                    return handler(new ApsCall(http, state, caller, token, body));
                }
            }
        );

    private static async Task<(JsonNode? Body, bool Unreadable)> ReadBodyAsync(HttpRequest request)
    {
        if (request.ContentLength is null or 0 && !request.Headers.TransferEncoding.Contains("chunked"))
            return (null, false);
        if (request.ContentLength > MaxBody)
            return (null, true);
        try
        {
            return (await JsonNode.ParseAsync(request.Body), false);
        }
        catch (JsonException)
        {
            return (null, true);
        }
    }
}
