using System.Text.Json;
using Microsoft.Extensions.Options;
using TenantHub.Server.Linking;
using TenantHub.Server.Security;

namespace TenantHub.Server.Mcp;

/// <summary>RFC 9728: where a client that was refused gets a token for <c>/mcp</c>. It is there when an OIDC provider is configured; API
/// keys need nothing of it.</summary>
internal static class ResourceMetadata
{
    private const string WellKnown = "/.well-known/oauth-protected-resource";

    public static void MapResourceMetadata(this IEndpointRouteBuilder app)
    {
        foreach (
            var pattern in (string[])[WellKnown, WellKnown + McpEndpoints.Path, $"{WellKnown}{McpEndpoints.Path}/{{{McpView.PathName}}}"]
        )
            app.MapGet(pattern, Describe).AllowAnonymous().ExcludeFromDescription();
    }

    public static string AddressOf(HttpRequest request) => Origin(request) + WellKnown + McpEndpoints.Path;

    private static IResult Describe(HttpRequest request, IOptions<OidcOptions> oidc) =>
        oidc.Value.IsEnabled
            ? Results.Json(
                new
                {
                    resource = Origin(request) + ResourceOf(request),
                    authorization_servers = (string[])[oidc.Value.Authority!],
                    scopes_supported = oidc.Value.DeviceScope.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                    bearer_methods_supported = (string[])["header"],
                    resource_name = "TenantHub",
                },
                JsonSerializerOptions.Default
            )
            : Results.NotFound();

    /// <summary>Who calls /mcp/{account_id} asks for that one, and strict clients compare.</summary>
    private static string ResourceOf(HttpRequest request) =>
        request.RouteValues.TryGetValue(McpView.PathName, out var account)
            ? $"{McpEndpoints.Path}/{Uri.EscapeDataString($"{account}")}"
            : McpEndpoints.Path;

    private static string Origin(HttpRequest request) =>
        request
            .HttpContext.RequestServices.GetRequiredService<IOptions<LinkingOptions>>()
            .Value.PublicUrl?.GetLeftPart(UriPartial.Authority)
        ?? $"{request.Scheme}://{request.Host}";
}
