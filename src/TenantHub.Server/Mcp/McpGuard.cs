using Microsoft.Extensions.Options;
using TenantHub.Errors;
using TenantHub.Server.Errors;
using TenantHub.Server.Security;

namespace TenantHub.Server.Mcp;

/// <summary>
/// What holds for each request to <c>/mcp</c> before anybody knows who sends it. 1. A page of another origin is refused. 2. Messages are
/// posted. 3. Who is not let in is told where to get a token.
/// </summary>
internal static class McpGuard
{
    private const string NoPost =
        """{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Send each message with POST: nothing is kept between two of them."}}""";

    public static void UseMcpGuard(this IApplicationBuilder app) =>
        app.UseWhen(http => http.Request.Path.StartsWithSegments(McpEndpoints.Path), branch => branch.Use(RunAsync));

    private static async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        var services = http.RequestServices;
        if (!IsAllowed(http.Request, services.GetRequiredService<IOptions<McpOptions>>().Value)) // 1
        {
            await new ErrorResult(
                new(ErrorCode.Forbidden, ErrorSource.Caller, "Pages of this origin may not call /mcp.")
                {
                    NextStep = $"Add the origin to {McpOptions.SectionName}:AllowedOrigins, if the page is yours.",
                }
            ).ExecuteAsync(http);
            return;
        }

        if (!HttpMethods.IsPost(http.Request.Method)) // 2
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = HttpMethods.Post;
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(NoPost, http.RequestAborted);
            return;
        }

        if (services.GetRequiredService<IOptions<OidcOptions>>().Value.IsEnabled) // 3
            http.Response.OnStarting(() =>
            {
                if (http.Response.StatusCode is StatusCodes.Status401Unauthorized)
                    http.Response.Headers.Append(
                        "WWW-Authenticate",
                        $"Bearer resource_metadata=\"{ResourceMetadata.AddressOf(http.Request)}\""
                    );
                return Task.CompletedTask;
            });

        await next(http);
    }

    /// <summary>Browsers send Origin, programs do not. A name that leads to this machine by somebody else's DNS is not this
    /// machine.</summary>
    private static bool IsAllowed(HttpRequest request, McpOptions options)
    {
        if (!request.Headers.TryGetValue("Origin", out var given))
            return true;
        var origin = given.ToString();
        return options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)
            || (
                Uri.TryCreate(origin, UriKind.Absolute, out var page)
                && page.IsLoopback
                && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var server)
                && server.IsLoopback
            );
    }
}
