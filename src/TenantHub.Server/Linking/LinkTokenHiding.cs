using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace TenantHub.Server.Linking;

/// <summary>
/// Takes the token out of the address of a Link page before anything else of the server sees the request. Whatever writes paths into logs
/// and traces, at whatever level, writes <c>/link/-</c>; a path that holds a token elsewhere is left out, and in a query the token is. It
/// stands around the server: a context factory of one's own would end the reuse of contexts.
/// </summary>
internal sealed partial class LinkTokenHiding(IServer server) : IServer
{
    private const string Folder = "/link/";
    private const string Hidden = "-";
    private const string TokenPrefix = "cst_";
    private const int MaxEncodings = 5;

    public IFeatureCollection Features => server.Features;

    public static void Add(IServiceCollection services)
    {
        var registered = services.Last(service => service.ServiceType == typeof(IServer)).ImplementationType!;
        services.Replace(
            ServiceDescriptor.Singleton<IServer>(provider => new LinkTokenHiding(
                (IServer)ActivatorUtilities.CreateInstance(provider, registered)
            ))
        );
    }

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull => server.StartAsync(new Application<TContext>(application), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public void Dispose() => server.Dispose();

    /// <summary>The token that was in the address.</summary>
    public static string TokenOf(HttpContext http) => http.Features.Get<LinkToken>()?.Value ?? "";

    private static void Hide(IFeatureCollection features)
    {
        if (features.Get<IHttpRequestFeature>() is not { } request)
            return;
        var (path, query) = (request.Path, request.QueryString);
        if (path.IndexOf(Folder, StringComparison.OrdinalIgnoreCase) is >= 0 and var folder)
        {
            var from = folder + Folder.Length;
            var to = path.IndexOf('/', from) is > 0 and var slash ? slash : path.Length;
            features.Set(new LinkToken(path[from..to]));
            path = path[..from] + Hidden + path[to..];
        }

        // However the rest is written (//, %2f, encoded twice): whatever a reader of the log could turn into a token is none of the log's.
        if (HoldsToken(path))
            path = "/" + Hidden;
        if (query.Length > 0)
            query = Token().Replace(query, Hidden); // Only whole tokens: an owner's id may begin like one, and a filter that is gone would show everything.
        if (path == request.Path && query == request.QueryString && !HoldsToken(request.RawTarget))
            return;
        (request.Path, request.QueryString, request.RawTarget) = (path, query, path + query);
    }

    private static bool HoldsToken(string text)
    {
        for (var decoded = 0; decoded < MaxEncodings; decoded++)
        {
            if (text.Contains(TokenPrefix, StringComparison.OrdinalIgnoreCase))
                return true;
            if (!text.Contains('%', StringComparison.Ordinal) || Uri.UnescapeDataString(text) is var plain && plain == text)
                return false;
            text = plain;
        }

        return true; // Nobody encodes so often who has nothing to hide.
    }

    [GeneratedRegex("(?:c|%63)(?:s|%73)(?:t|%74)(?:_|%5f)[A-Za-z0-9_%-]{40,}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Token();

    private sealed class Application<TContext>(IHttpApplication<TContext> application) : IHttpApplication<TContext>
        where TContext : notnull
    {
        public TContext CreateContext(IFeatureCollection contextFeatures)
        {
            Hide(contextFeatures);
            return application.CreateContext(contextFeatures);
        }

        public Task ProcessRequestAsync(TContext context) => application.ProcessRequestAsync(context);

        public void DisposeContext(TContext context, Exception? exception) => application.DisposeContext(context, exception);
    }

    private sealed record LinkToken(string Value);
}
