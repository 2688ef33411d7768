using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using TenantHub.Errors;
using TenantHub.Server.Actions;
using TenantHub.Server.Errors;
using TenantHub.Server.Security;

namespace TenantHub.Server.Mcp;

/// <summary>
/// What holds for each request to <c>/mcp</c> before anybody knows who sends it. 1. A page of another origin is refused. 2. The browser
/// of an allowed one is told so. 3. Messages are posted. 4. Who is not let in is told where to get a token.
/// </summary>
internal static class McpGuard
{
    private const string NoPost =
        """{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Send each message with POST: nothing is kept between two of them."}}""";

    private static readonly string[] AskedWith =
    [
        "Authorization",
        "Content-Type",
        "Accept",
        McpVersions.Header,
        "Mcp-Method",
        "Mcp-Name",
        "Mcp-Session-Id",
        "Last-Event-ID",
        CallHeaders.Account,
    ];
    private static readonly string[] AnsweredWith = ["Mcp-Session-Id", "WWW-Authenticate", "Retry-After"];

    public static void UseMcpGuard(this IApplicationBuilder app) =>
        app.UseWhen(
            http => http.Request.Path.StartsWithSegments(McpEndpoints.Path),
            branch => branch.Use(CheckOriginAsync).UseCors(LetRead).Use(RunAsync)
        );

    /// <summary>2. Whoever comes so far has no origin, or an allowed one.</summary>
    private static void LetRead(CorsPolicyBuilder page) =>
        page.SetIsOriginAllowed(_ => true)
            .WithMethods(HttpMethods.Post)
            .WithHeaders(AskedWith)
            .WithExposedHeaders(AnsweredWith)
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10));

    private static async Task CheckOriginAsync(HttpContext http, RequestDelegate next)
    {
        var services = http.RequestServices;
        var allowed = services.GetRequiredService<IOptions<McpOptions>>().Value.AllowedOrigins;
        if (!IsAllowed(http.Request, allowed, services.GetRequiredService<IHostEnvironment>().IsDevelopment())) // 1
        {
            await new ErrorResult(
                new(ErrorCode.Forbidden, ErrorSource.Caller, "Pages of this origin may not call /mcp.")
                {
                    NextStep = $"Add the origin to {McpOptions.SectionName}:AllowedOrigins, if the page is yours.",
                }
            ).ExecuteAsync(http);
            return;
        }

        await next(http);
    }

    private static async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        if (!HttpMethods.IsPost(http.Request.Method)) // 3
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = HttpMethods.Post;
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(NoPost, http.RequestAborted);
            return;
        }

        var oidc = http.RequestServices.GetRequiredService<IOptions<OidcOptions>>().Value;
        if (oidc.IsEnabled) // 4
            http.Response.OnStarting(() =>
            {
                if (ErrorOf(http) is { } error)
                    http.Response.Headers.Append(
                        "WWW-Authenticate",
                        $"Bearer {error}scope=\"{oidc.DeviceScope}\", resource_metadata=\"{ResourceMetadata.AddressOf(http.Request)}\""
                    );
                return Task.CompletedTask;
            });

        await next(http);
    }

    /// <summary>What RFC 6750 calls the refusal; null when nobody was refused. A key with too few rights gets no more by a
    /// token.</summary>
    private static string? ErrorOf(HttpContext http) =>
        http.Response.StatusCode switch
        {
            StatusCodes.Status401Unauthorized => http.Request.Headers.Authorization.Count > 0 ? "error=\"invalid_token\", " : "",
            StatusCodes.Status403Forbidden when http.User.Identity?.AuthenticationType == OidcAuthentication.SchemeName =>
                "error=\"insufficient_scope\", error_description=\"The token gives no role that may call; backend is needed.\", ",
            _ => null,
        };

    /// <summary>Browsers send Origin, programs do not. While somebody develops, pages of the same machine may call, whatever their port; a
    /// name that leads to this machine by somebody else's DNS is not this machine, and a file is no page.</summary>
    internal static bool IsAllowed(HttpRequest request, IEnumerable<string> allowed, bool isDevelopment)
    {
        if (!request.Headers.TryGetValue("Origin", out var given))
            return true;
        var origin = given.ToString();
        return allowed.Contains(origin, StringComparer.OrdinalIgnoreCase)
            || (
                isDevelopment
                && Uri.TryCreate(origin, UriKind.Absolute, out var page)
                && (page.Scheme == Uri.UriSchemeHttp || page.Scheme == Uri.UriSchemeHttps)
                && page.IsLoopback
                && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var server)
                && server.IsLoopback
            );
    }
}
