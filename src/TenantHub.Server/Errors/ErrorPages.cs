using Microsoft.Net.Http.Headers;
using TenantHub.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Ui;
using TenantHub.Server.Ui.Layout;

namespace TenantHub.Server.Errors;

/// <summary>Gives every answer without a body (no such endpoint, wrong method, no key) the body that every error has. A browser at an address
/// that leads nowhere gets a page.</summary>
internal static class ErrorPages
{
    public static IApplicationBuilder UseErrorBodies(this IApplicationBuilder app) =>
        app.UseStatusCodePages(context =>
        {
            var http = context.HttpContext;
            if (IsLostBrowser(http))
                return ShowNoPageAsync(http);
            ServiceError? error = http.Response.StatusCode switch
            {
                StatusCodes.Status401Unauthorized => RequestErrors.Unauthenticated(),
                StatusCodes.Status403Forbidden => RequestErrors.Forbidden(),
                StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed => RequestErrors.NoEndpoint(http.Request),
                StatusCodes.Status413PayloadTooLarge => RequestErrors.TooLarge(null),
                StatusCodes.Status415UnsupportedMediaType => RequestErrors.MediaType(http.Request.ContentType),
                StatusCodes.Status400BadRequest => RequestErrors.Unreadable("The request could not be read."),
                _ => null,
            };
            return error is null ? Task.CompletedTask : new ErrorResult(error).ExecuteAsync(http);
        });

    /// <summary>Whether a page was asked for where there is none.</summary>
    public static bool IsLostBrowser(HttpContext http) =>
        (http.Response.StatusCode is StatusCodes.Status404NotFound || http.GetEndpoint() is null)
        && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
        && FrontDoor.IsBrowser(http.Request);

    public static Task ShowNoPageAsync(HttpContext http)
    {
        http.Response.Headers.Vary = HeaderNames.Accept;
        return UiPage.Of<NoPage>(http, new { }, StatusCodes.Status404NotFound).ExecuteAsync(http);
    }
}
