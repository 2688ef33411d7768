using Microsoft.AspNetCore.Http.Metadata;
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

    /// <summary>Gets how the server names itself.</summary>
    public static Implementation ServerInfo { get; } =
        new()
        {
            Name = "tenanthub",
            Title = "TenantHub",
            Version = Connector.Version,
        };

    public static IServiceCollection AddMcp(this IServiceCollection services)
    {
        services.AddTenantHubOptions<McpOptions, McpOptionsValidator>(McpOptions.SectionName);
        services.AddLogging(logging => logging.AddFilter("ModelContextProtocol", LogLevel.None)); // It logs callers' mistakes as faults; ours are told by FaultLog.
        services.AddCors();
        services.AddSingleton<McpTools>();
        services.AddSingleton<ApprovalQuestion>();
        services.AddSingleton<McpCalls>();
        services.AddSingleton<DirectAnswers>();
        services.AddSingleton<McpDoor>();
        services
            .AddMcpServer(options =>
            {
                options.ServerInfo = ServerInfo;
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
            app.MapMcp(pattern)
                .RequireAuthorization(Policies.Call)
                .NotAudited()
                .WithMetadata(new ExcludeFromDescriptionAttribute())
                .Finally(endpoint => PutDoorBefore(endpoint, app.ServiceProvider.GetRequiredService<McpDoor>()));
        app.MapResourceMetadata();
    }

    /// <summary>Once for each request, so it only ties the request to those who answer it.</summary>
    private static Task Configure(HttpContext http, McpServerOptions options, CancellationToken cancellationToken)
    {
        var calls = http.RequestServices.GetRequiredService<McpCalls>();
        options.Handlers.ListToolsHandler = async (_, _) => McpTools.AsResult(await calls.ListAsync(http), McpView.IsNewest(http));
        options.Handlers.CallToolHandler = async (context, cancellation) =>
            (await calls.CallAsync(http, ToolCall.Of(http, context), cancellation)).AsResult();
        return Task.CompletedTask;
    }

    /// <summary>What content type is refused, and how, is the door's to say.</summary>
    private static void PutDoorBefore(EndpointBuilder endpoint, McpDoor door)
    {
        var library = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = http => door.AnswerAsync(http, library);
        foreach (var accepts in endpoint.Metadata.OfType<IAcceptsMetadata>().ToList())
            endpoint.Metadata.Remove(accepts);
    }
}
