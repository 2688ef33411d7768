using Microsoft.AspNetCore.Http.Features;

namespace TenantHub.Server.Linking;

/// <summary>
/// Takes the token out of the address of a Link page before anything else of the server sees the request. Whatever writes paths into logs and
/// traces, at whatever level, writes <c>/link/-</c>.
/// </summary>
internal sealed class LinkTokenHiding(IServiceProvider services) : IHttpContextFactory
{
    private const string Folder = "/link/";
    private const string Hidden = "-";

    private readonly DefaultHttpContextFactory _contexts = new(services);

    public HttpContext Create(IFeatureCollection featureCollection)
    {
        if (featureCollection.Get<IHttpRequestFeature>() is { } request && request.Path.IndexOf(Folder, StringComparison.Ordinal) is >= 0 and var folder)
        {
            var from = folder + Folder.Length;
            var to = request.Path.IndexOf('/', from) is > 0 and var slash ? slash : request.Path.Length;
            featureCollection.Set(new LinkToken(request.Path[from..to]));
            request.Path = request.Path[..from] + Hidden + request.Path[to..];
            request.RawTarget = request.Path + request.QueryString;
        }

        return _contexts.Create(featureCollection);
    }

    public void Dispose(HttpContext httpContext) => _contexts.Dispose(httpContext);

    /// <summary>The token that was in the address.</summary>
    public static string TokenOf(HttpContext http) => http.Features.Get<LinkToken>()?.Value ?? "";

    private sealed record LinkToken(string Value);
}
