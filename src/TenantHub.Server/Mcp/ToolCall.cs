using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace TenantHub.Server.Mcp;

/// <summary>A call of a tool, whoever has read its message.</summary>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">An object, or nothing.</param>
/// <param name="Client">The name of the caller's program, as it says itself.</param>
/// <param name="Elicitation">How the client can ask its user; null when it cannot.</param>
/// <param name="Progress">Takes what the call is doing; null when nobody asked for it.</param>
internal sealed record ToolCall(
    string Name,
    JsonElement Arguments,
    string? Client,
    ElicitationCapability? Elicitation,
    Func<ProgressNotificationValue, CancellationToken, Task>? Progress
)
{
    /// <summary>Gets what a client carries between a question to its user and the next try; null when it was asked nothing.</summary>
    public string? RequestState { get; init; }

    /// <summary>Gets what the client's user has answered.</summary>
    public IDictionary<string, InputResponse>? Responses { get; init; }

    /// <summary>A call that the library has read; its arguments are taken as the door has read them.</summary>
    public static ToolCall Of(HttpContext http, RequestContext<CallToolRequestParams> context)
    {
        var (server, asked) = (context.Server, context.Params);
        return new(
            asked.Name,
            http.Features.GetRequiredFeature<McpMessage>().Member("arguments"),
            ClientName.Of(http, server.ClientInfo?.Name),
            server.IsMrtrSupported ? server.ClientCapabilities?.Elicitation : null,
            asked.ProgressToken is { } token
                ? (value, cancellation) => server.NotifyProgressAsync(token, value, cancellationToken: cancellation)
                : null
        )
        {
            RequestState = asked.RequestState,
            Responses = asked.InputResponses,
        };
    }
}
