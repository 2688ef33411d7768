using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace TenantHub.Server.Linking;

/// <summary>
/// Takes the token out of the address of a Link page before anything else of the server sees the request. Whatever writes paths into logs and
/// traces, at whatever level, writes <c>/link/-</c>. It stands around the server: a context factory of one's own would end the reuse of contexts.
/// </summary>
internal sealed class LinkTokenHiding(IServer server) : IServer
{
    private const string Folder = "/link/";
    private const string Hidden = "-";

    public IFeatureCollection Features => server.Features;

    public static void Add(IServiceCollection services)
    {
        var registered = services.Last(service => service.ServiceType == typeof(IServer)).ImplementationType!;
        services.Replace(ServiceDescriptor.Singleton<IServer>(provider => new LinkTokenHiding((IServer)ActivatorUtilities.CreateInstance(provider, registered))));
    }

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull => server.StartAsync(new Application<TContext>(application), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public void Dispose() => server.Dispose();

    /// <summary>The token that was in the address.</summary>
    public static string TokenOf(HttpContext http) => http.Features.Get<LinkToken>()?.Value ?? "";

    private static void Hide(IFeatureCollection features)
    {
        if (features.Get<IHttpRequestFeature>() is not { } request || request.Path.IndexOf(Folder, StringComparison.Ordinal) is not (>= 0 and var folder)) return;
        var from = folder + Folder.Length;
        var to = request.Path.IndexOf('/', from) is > 0 and var slash ? slash : request.Path.Length;
        features.Set(new LinkToken(request.Path[from..to]));
        request.Path = request.Path[..from] + Hidden + request.Path[to..];
        request.RawTarget = request.Path + request.QueryString;
    }

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
