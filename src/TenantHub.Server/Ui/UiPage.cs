using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace TenantHub.Server.Ui;

/// <summary>Answers with a page and the headers that every page has: nothing from elsewhere, nothing inline, no frame unless it is
/// allowed.</summary>
internal static class UiPage
{
    /// <summary>Bars and the waterfall have their widths by style attributes. Sheets come from us alone, and attributes can neither load
    /// nor run anything.</summary>
    public const string ForConsole = "style-src-elem 'self'; style-src-attr 'unsafe-inline'; img-src 'self'; base-uri 'self'";

    /// <summary>Pages that are rendered once need less.</summary>
    public const string ForForms = "style-src 'self'; img-src 'self'; base-uri 'none'";

    public static IResult Of<TComponent>(
        HttpContext http,
        object parameters,
        int status = StatusCodes.Status200OK,
        IEnumerable<string>? frameOrigins = null,
        string allowed = ForForms
    )
        where TComponent : IComponent
    {
        var frames = string.Join(' ', frameOrigins ?? []);
        Secure(http.Response.Headers, allowed, frames.Length == 0 ? "'none'" : frames);
        return new RazorComponentResult<TComponent>(parameters) { StatusCode = status, PreventStreamingRendering = true };
    }

    /// <summary>Says what the browser may load for the page, and who may show it.</summary>
    /// <param name="headers">The answer's headers.</param>
    /// <param name="allowed">Where styles and images may come from, and what the page's base may be.</param>
    /// <param name="frames">Who may show the page in a frame.</param>
    public static void Secure(IHeaderDictionary headers, string allowed, string frames)
    {
        headers.ContentSecurityPolicy =
            $"default-src 'none'; {allowed}; script-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors {frames}";
        if (frames == "'none'")
            headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin"; // The address of a Link page is a secret.
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.CacheControl = "no-cache, no-store"; // The words of the form's guard, which warns of any others.
    }

    /// <summary>Whether the browser says that a form comes from another site. Old browsers do not say; what guards them is said where it is
    /// used.</summary>
    public static bool IsFromElsewhere(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none");
}
