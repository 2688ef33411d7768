using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace TenantHub.Server.Ui;

/// <summary>Answers with a page and the headers that every page has: nothing from elsewhere, nothing inline, no frame unless it is allowed.</summary>
internal static class UiPage
{
    public static IResult Of<TComponent>(HttpContext http, object parameters, int status = StatusCodes.Status200OK, IEnumerable<string>? frameOrigins = null)
        where TComponent : IComponent
    {
        var frames = string.Join(' ', frameOrigins ?? []);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            + $"frame-ancestors {(frames.Length == 0 ? "'none'" : frames)}";
        if (frames.Length == 0) headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin"; // The address of a Link page is a secret.
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.CacheControl = "no-store";
        return new RazorComponentResult<TComponent>(parameters) { StatusCode = status, PreventStreamingRendering = true };
    }

    /// <summary>Whether the browser says that a form comes from another site. Old browsers do not say; what guards them is said where it is used.</summary>
    public static bool IsFromElsewhere(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none");
}
