using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Mcp;

/// <summary>Ways to <c>/mcp</c>: the official C# client, and requests by hand.</summary>
internal static class McpProbe
{
    public static Task<McpClient> ConnectAsync(ServerProcess hub, string? key, string pathAndQuery, McpClientOptions? options = null) =>
        McpClient.CreateAsync(
            new HttpClientTransport(
                new() { Endpoint = new Uri(hub.Address, pathAndQuery), TransportMode = HttpTransportMode.StreamableHttp },
                key is null ? hub.NewClient(ServerProcess.AdminKey) : hub.NewClient(key),
                ownsHttpClient: true
            ),
            options,
            cancellationToken: TestContext.Current.CancellationToken
        );

    public static async Task<(CallToolResult Result, JsonNode Json)> RunAsync(this McpClient client, string tool, object arguments)
    {
        var result = await client.CallToolAsync(
            tool,
            JsonSerializer
                .SerializeToElement(arguments)
                .EnumerateObject()
                .ToDictionary(member => member.Name, member => (object?)member.Value),
            cancellationToken: TestContext.Current.CancellationToken
        );
        var text = Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
        var json = JsonNode.Parse(text)!;
        Assert.True(JsonNode.DeepEquals(json, JsonNode.Parse(result.StructuredContent!.Value.GetRawText())), text);
        return (result, json);
    }

    /// <summary>One message without a session, as clients before 2026-07-28 send it, from a client that reads JSON only.</summary>
    public static Task<ApiAnswer> PostAsync(
        this HttpClient http,
        string path,
        string method,
        object? parameters = null,
        string? account = null,
        params (string, string)[] headers
    ) =>
        http.SendAsync(
            HttpMethod.Post,
            path,
            new
            {
                jsonrpc = "2.0",
                id = 1,
                method,
                @params = parameters ?? new { },
            },
            account,
            headers: [("Accept", "application/json"), .. headers]
        );
}
