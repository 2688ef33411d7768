using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TenantHub.Server.Audit;
using TenantHub.Server.Linking;
using TenantHub.Server.Security;
using TenantHub.Server.Ui.Access;
using TenantHub.Server.Ui.Files;
using TenantHub.Server.Ui.Layout;
using TenantHub.Server.Ui.Overview;
using TenantHub.Server.Ui.Quotas;

namespace TenantHub.Server.Ui;

/// <summary>The console: pages that are live, over one WebSocket for each that is open (ADR 17).</summary>
internal static class ConsoleHost
{
    private const string Circuit = "/_blazor";
    private const int MaxMessageBytes = 256 * 1024; // What somebody pastes into the request tester.

    public static IServiceCollection AddConsole(this IServiceCollection services)
    {
        services
            .AddRazorComponents()
            .AddInteractiveServerComponents()
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = MaxMessageBytes);
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, CircuitAuthentication>();
        services.AddScoped<Viewer>();
        services.TryAddEnumerable(ServiceDescriptor.Scoped<CircuitHandler, Viewer>(provider => provider.GetRequiredService<Viewer>()));
        services.AddScoped<ConsoleGate>();
        services.AddSingleton<FilePasses>();
        services.AddTransient<QuotaWatch>(); // One for each page that shows limits.
        services.AddSingleton<OverviewSampler>();
        services.AddSingleton<ConsoleTelemetry>();
        ConsoleTelemetry.AddCircuits(services);
        return services;
    }

    /// <summary>Each page names its policy besides; what belongs to none (the circuit) needs a signed-in caller with a role.</summary>
    public static void MapConsole(this IEndpointRouteBuilder app)
    {
        var console = app.MapGroup(UiAccess.Home)
            .RequireAuthorization(UiAccess.Needs(Policies.Read))
            .WithMetadata(new ConsoleMetadata())
            .ExcludeFromDescription();
        console
            .MapRazorComponents<ConsoleApp>()
            .AddInteractiveServerRenderMode(circuit =>
                (circuit.DisableWebSocketCompression, circuit.ContentSecurityFrameAncestorsPolicy) = (true, "'none'")
            )
            .DisableAntiforgery() // Their forms go over the circuit; what is asked for by HTTP is only read.
            .NotAudited() // ConsoleGate audits each change.
            .Finally(OnlyGet);
    }

    /// <summary>Gives the console's pages their headers, and keeps other sites from opening a circuit in the name of who has signed
    /// in.</summary>
    public static void UseConsoleGuard(this IApplicationBuilder app) =>
        app.Use(
            (http, next) =>
            {
                if (http.GetEndpoint()?.Metadata.GetMetadata<ConsoleMetadata>() is null)
                    return next(http);
                if (http.Request.Path.StartsWithSegments(UiAccess.Home + Circuit) && !IsOurs(http))
                {
                    http.Response.StatusCode = StatusCodes.Status403Forbidden;
                    return Task.CompletedTask;
                }

                UiPage.Secure(http.Response.Headers, UiPage.ForConsole, "'none'");
                if (http.GetEndpoint()!.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type == typeof(NotFoundPage))
                    http.Response.OnStarting(TellNotFound, http.Response);
                return next(http);
            }
        );

    /// <summary>
    /// A browser says from which page a WebSocket or a POST comes, and no page can make it lie. The host is compared, not the scheme: a
    /// proxy in front may end TLS. Behind one that changes the host, PublicUrl names the right one.
    /// </summary>
    private static bool IsOurs(HttpContext http)
    {
        var origin = http.Request.Headers.Origin.ToString();
        var opensSocket =
            http.Request.Headers.ContainsKey("Upgrade") || http.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect is true;
        if (origin.Length == 0)
            return HttpMethods.IsGet(http.Request.Method) && !opensSocket;
        var publicUrl = http.RequestServices.GetRequiredService<IOptions<LinkingOptions>>().Value.PublicUrl;
        return Uri.TryCreate(origin, UriKind.Absolute, out var from)
            && (from.Authority == http.Request.Host.Value || from.Authority == publicUrl?.Authority);
    }

    /// <summary>The words of the page come over the circuit, long after the status; and who has to sign in first is not told.</summary>
    private static Task TellNotFound(object response)
    {
        if (response is HttpResponse { StatusCode: StatusCodes.Status200OK } shown)
            shown.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static void OnlyGet(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<IHttpMethodMetadata>().Any(methods => methods.HttpMethods.Contains(HttpMethods.Get)))
            endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
    }

    private sealed record ConsoleMetadata;
}
