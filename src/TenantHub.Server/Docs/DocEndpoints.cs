using System.IO.Compression;
using Microsoft.Net.Http.Headers;
using Scalar.AspNetCore;
using TenantHub.Server.Ui;

namespace TenantHub.Server.Docs;

/// <summary>The documents below <c>/docs</c>. They are the same for everybody and need no key.</summary>
internal static class DocEndpoints
{
    public const string Api = DocContents.Home + "/api";

    /// <summary>The script that draws the API page writes its sheets itself.</summary>
    private const string ForApi = "style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'";

    private const string SheetsInPictures = "style-src 'unsafe-inline'"; // Of an SVG that is opened by itself.

    /// <summary>Gets the address of that script; it changes with its version.</summary>
    public static string ApiScriptUrl { get; } = $"{Api}/reference.js?v={typeof(ScalarOptions).Assembly.GetName().Version}";

    public static void MapDocs(this IEndpointRouteBuilder app)
    {
        var docs = app.MapGroup(DocContents.Home).ExcludeFromDescription();
        docs.MapGet("/", (HttpContext http, DocSite site) => ShowAsync(http, site, ""));
        docs.MapGet("/search", Search);
        docs.MapGet("/api", (HttpContext http) => UiPage.Of<ApiPage>(http, new { }, allowed: ForApi));
        docs.MapGet("/api/reference.js", ApiScript);
        docs.MapGet("/images/{name}", Image);
        docs.MapGet("/{**slug}", (string slug, HttpContext http, DocSite site) => ShowAsync(http, site, slug));
    }

    private static async Task<IResult> ShowAsync(HttpContext http, DocSite site, string slug)
    {
        if (await site.FindAsync(slug) is not { } page)
            return Results.NotFound();
        UiPage.Secure(http.Response.Headers, UiPage.ForForms, "'none'");
        http.Response.Headers.CacheControl = "no-cache"; // Kept, and asked after: another version of the server has other pages.
        return Results.Bytes(page.Bytes, page.ContentType, entityTag: new EntityTagHeaderValue($"\"{page.Hash}\""));
    }

    private static IResult Search(HttpContext http, DocSite site)
    {
        var query = http.Request.Query["q"].ToString().Trim();
        return UiPage.Of<DocSearchPage>(
            http,
            new
            {
                site.Contents,
                Query = query,
                Found = query.Length > DocSearch.MaxLetters ? [] : DocSearch.Find(site.Contents.Docs.Values, query),
            }
        );
    }

    /// <summary>Scalar's script lies in its assembly, packed.</summary>
    private static IResult ApiScript(HttpContext http)
    {
        var packed = typeof(ScalarOptions).Assembly.GetManifestResourceStream("ScalarStaticAssets.scalar.js")!;
        var headers = http.Response.Headers;
        (headers.CacheControl, headers.Vary) = ("public, max-age=31536000, immutable", "Accept-Encoding");
        var takesGzip = http.Request.GetTypedHeaders().AcceptEncoding.Any(coding => coding.Value == "gzip" && coding.Quality is not 0);
        if (takesGzip)
            headers.ContentEncoding = "gzip";
        return Results.Stream(takesGzip ? packed : new GZipStream(packed, CompressionMode.Decompress), "text/javascript; charset=utf-8");
    }

    private static IResult Image(string name, HttpContext http)
    {
        if (DocContents.Image(name) is not { } image)
            return Results.NotFound();
        UiPage.Secure(http.Response.Headers, SheetsInPictures, "'none'");
        http.Response.Headers.CacheControl = "public, max-age=3600";
        return Results.Stream(image, name.EndsWith(".svg", StringComparison.Ordinal) ? "image/svg+xml" : "image/png");
    }
}
