using System.Reflection;
using Microsoft.Extensions.Options;
using TenantHub.Server.Docs;
using TenantHub.Server.Security;
using TenantHub.Server.Ui.Access;

namespace TenantHub.Server.Hosting;

/// <summary>The address without a path: it leads a browser to the console, and tells a program what there is.</summary>
internal static class FrontDoor
{
    private static readonly string Version = typeof(FrontDoor)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+')[0];

    public static IEndpointConventionBuilder MapFrontDoor(this IEndpointRouteBuilder app) =>
        app.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], Open).ExcludeFromDescription();

    /// <summary>Whether a page is wanted; programs do not say so.</summary>
    public static bool IsBrowser(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static IResult Open(HttpRequest request, IOptions<OidcOptions> oidc)
    {
        request.HttpContext.Response.Headers.Vary = "Accept";
        return IsBrowser(request)
            ? Results.LocalRedirect(UiAccess.Home)
            : Results.Json(
                new
                {
                    name = "TenantHub",
                    version = Version,
                    sign_in = SignIn(oidc.Value),
                    links = new
                    {
                        console = UiAccess.Home,
                        docs = DocContents.Home,
                        api = DocEndpoints.Api,
                        openapi = "/openapi/v1.json",
                        errors = "/docs/errors",
                        health = "/health/ready",
                    },
                }
            );
    }

    /// <summary>Where the command line has people sign in, when that is set up: what every browser that signs in is told, too.</summary>
    private static object? SignIn(OidcOptions oidc) =>
        oidc.LetsDevicesSignIn
            ? new
            {
                authority = oidc.Authority,
                client_id = oidc.DeviceClientId,
                scope = oidc.DeviceScope,
            }
            : null;
}
