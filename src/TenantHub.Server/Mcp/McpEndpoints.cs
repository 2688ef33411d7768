using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using TenantHub.Configuration;
using TenantHub.Server.Audit;
using TenantHub.Server.Security;

namespace TenantHub.Server.Mcp;

/// <summary>
/// The actions for agents, by the Model Context Protocol at <c>/mcp</c> and <c>/mcp/{account_id}</c>. Each request stands alone: nothing is
/// remembered between two of them, so every server of a cluster can answer (docs/adr/0020).
/// </summary>
internal static class McpEndpoints
{
    public const string Path = "/mcp";

    private const string Instructions = """
        Tools are the actions of one linked Autodesk account. They share its limits: a failure tells the code, the cause and the next step.
        Give an idempotency_key with each write, and the same one when you repeat it. Look with autodesk_plan_action before you delete.
        """;

    public static IServiceCollection AddMcp(this IServiceCollection services)
    {
        services.AddTenantHubOptions<McpOptions, McpOptionsValidator>(McpOptions.SectionName);
        services.AddLogging(logging => logging.AddFilter("ModelContextProtocol", LogLevel.None)); // It logs callers' mistakes as faults; ours are told by FaultLog.
        services.AddSingleton<McpTools>();
        services.AddSingleton<ApprovalQuestion>();
        services.AddSingleton<McpCalls>();
        services
            .AddMcpServer(options =>
            {
                options.ServerInfo = new Implementation
                {
                    Name = "tenanthub",
                    Title = "TenantHub",
                    Version = Connector.Version,
                };
                options.ServerInstructions = Instructions;
            })
            .WithHttpTransport(transport =>
            {
                transport.SessionMode = HttpServerSessionMode.Stateless;
                transport.ConfigureSessionOptions = Configure;
            });
        return services;
    }

    public static void MapMcpEndpoints(this IEndpointRouteBuilder app)
    {
        foreach (var pattern in (string[])[Path, $"{Path}/{{{McpView.PathName}}}"])
            app.MapMcp(pattern).RequireAuthorization(Policies.Call).NotAudited().WithMetadata(new ExcludeFromDescriptionAttribute());
        app.MapResourceMetadata();
    }

    /// <summary>Once for each request, so it only ties the request to those who answer it.</summary>
    private static Task Configure(HttpContext http, McpServerOptions options, CancellationToken cancellationToken)
    {
        var calls = http.RequestServices.GetRequiredService<McpCalls>();
        options.Handlers.ListToolsHandler = async (_, _) => await calls.ListAsync(http);
        options.Handlers.CallToolHandler = async (context, cancellation) =>
            await calls.CallAsync(http, context.Server, context.Params, ClientOf(http, context.Server), cancellation);
        return Task.CompletedTask;
    }

    /// <summary>The client's name as it says itself: in the message since 2026-07-28, before that in the User-Agent.</summary>
    private static string? ClientOf(HttpContext http, McpServer server)
    {
        var name = server.ClientInfo?.Name ?? http.Request.Headers.UserAgent.ToString();
        var text = string.Concat(name.Where(letter => letter is > ' ' and <= '~' or ' ').Take(80)).Trim();
        return text.Length == 0 ? null : text;
    }
}
