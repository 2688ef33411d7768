using System.Text;
using System.Text.Json;
using Xunit;

namespace TenantHub.Server.Mcp;

public sealed class McpMessageTests
{
    private const string Client = """
        "clientInfo":{"name":"a","version":"1"}
        """;

    [Theory]
    [InlineData("tools/call", "\"x\"", "params must be an object")]
    [InlineData("tools/call", "{}", "params.name")]
    [InlineData("tools/call", "{\"name\":5}", "params.name")]
    [InlineData("tools/call", "{\"name\":\"a\",\"arguments\":[]}", "params.arguments")]
    [InlineData("initialize", "{}", "params.protocolVersion")]
    [InlineData("initialize", "{\"protocolVersion\":1}", "params.protocolVersion")]
    [InlineData("initialize", "{\"protocolVersion\":\"2025-06-18\",\"clientInfo\":{\"name\":1}}", "params.clientInfo")]
    [InlineData("initialize", "{\"protocolVersion\":\"2025-06-18\"," + Client + ",\"capabilities\":5}", "params.capabilities")]
    [InlineData(
        "initialize",
        "{\"protocolVersion\":\"2025-06-18\"," + Client + ",\"capabilities\":{\"sampling\":5}}",
        "params.capabilities"
    )]
    public void ParametersThatTheMethodDoesNotTake_AreNamed(string method, string parameters, string named)
    {
        var fault = FaultOf($$"""{"jsonrpc":"2.0","id":7,"method":"{{method}}","params":{{parameters}}}""");

        var error = JsonDocument.Parse(fault!).RootElement;
        Assert.Equal((7, -32602), (error.GetProperty("id").GetInt32(), error.GetProperty("error").GetProperty("code").GetInt32()));
        Assert.StartsWith(named, error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","params":null}""")]
    [InlineData(
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{"roots":{}},"clientInfo":{"name":"a","version":"1","icons":[]}}}"""
    )]
    [InlineData("[]")]
    [InlineData("no json")]
    public void MessagesAsTheyShouldBe_AndWhatIsNone_AreLeftToTheLibrary(string message) => Assert.Null(FaultOf(message));

    private static string? FaultOf(string message) => McpMessage.FaultOf(Encoding.UTF8.GetBytes(message));
}
