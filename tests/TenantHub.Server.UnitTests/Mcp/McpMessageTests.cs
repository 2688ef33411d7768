using System.Text;
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
    [InlineData("tools/call", "{\"name\":\"a\",\"inputResponses\":{\"approval\":{}}}", "params.inputResponses.approval.action")]
    [InlineData("tools/call", "{\"name\":\"a\",\"inputResponses\":{\"approval\":{\"action\":5}}}", "params.inputResponses.approval.action")]
    [InlineData(
        "tools/call",
        "{\"name\":\"a\",\"inputResponses\":{\"approval\":{\"action\":\"Accept\"}}}",
        "params.inputResponses.approval.action"
    )]
    [InlineData(
        "tools/call",
        "{\"name\":\"a\",\"inputResponses\":{\"approval\":{\"action\":\"accept\",\"content\":\"x\"}}}",
        "params.inputResponses.approval.content"
    )]
    [InlineData("tools/call", "{\"name\":\"a\",\"inputResponses\":[]}", "params.inputResponses")]
    [InlineData("tools/call", "{\"name\":\"a\",\"inputResponses\":{\"approval\":[]}}", "params.inputResponses")]
    [InlineData("logging/setLevel", "{\"level\":\"nope\"}", "params.level")]
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
        var fault = FaultOf($$"""{"jsonrpc":"2.0","id":7,"method":"{{method}}","params":{{parameters}}}""")!;

        Assert.Equal(McpFault.InvalidParams, fault.Code);
        Assert.StartsWith(named, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","params":null}""")]
    [InlineData(
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{"roots":{}},"clientInfo":{"name":"a","version":"1","icons":[]}}}"""
    )]
    [InlineData(
        """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","inputResponses":{"approval":{"action":"cancel"}}}}"""
    )]
    public void MessagesAsTheyShouldBe_AreLeftToTheLibrary(string message) => Assert.Null(FaultOf(message));

    [Theory]
    [InlineData("""{"method":"tools/call","method":"tools/list"}""", "given twice")]
    [InlineData("""{"method":"tools/call","params":{"name":"a","arguments":{"body":{"x":1,"x":2}}}}""", "given twice")]
    [InlineData("""{"method":"tools/call","params":{"name":"a","arguments":{"pa\u0074h":{},"path":{}}}}""", "given twice")]
    [InlineData("""{"method":"tools/call","params":{"name":"a\u0000"}}""", "NUL")]
    [InlineData("""{"method":"tools/call","params":{"name":"a","arguments":{"body":{"\u0000":1}}}}""", "NUL")]
    [InlineData("""{"method":"tools/call","params":{"name":"\ud800"}}""", "Unicode")]
    [InlineData("""{"method":"tools/call","params":{"name":"a","arguments":{"\udc00":1}}}""", "Unicode")]
    [InlineData("[]", "one JSON object")]
    [InlineData("null", "one JSON object")]
    [InlineData("no json", "not valid JSON")]
    public void MessageThatIsNotOneThing_IsUnreadable(string message, string says)
    {
        var (read, unreadable) = McpMessage.Read(Encoding.UTF8.GetBytes(message));

        Assert.Null(read);
        Assert.Contains(says, unreadable!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BadBytes_AreUnreadable_AndAMarkIsNot()
    {
        byte[] message = [.. "{\"method\":\""u8, 0xC3, 0x28, .. "\"}"u8];

        Assert.Contains("UTF-8", McpMessage.Read(message).Unreadable!.Message, StringComparison.Ordinal);
        Assert.Equal("ping", McpMessage.Read((byte[])[0xEF, 0xBB, 0xBF, .. """{"method":"ping"}"""u8]).Message!.Method);
    }

    [Theory]
    [InlineData("""{"method":"@"}""", "method")]
    [InlineData("""{"method":"ping","id":"@"}""", "id")]
    [InlineData("""{"method":"tools/call","params":{"name":"@"}}""", "name")]
    public void WordThatWouldComeBack_IsShort(string message, string named)
    {
        var (_, unreadable) = McpMessage.Read(
            Encoding.UTF8.GetBytes(message.Replace("@", new string('m', 10_000), StringComparison.Ordinal))
        );

        Assert.StartsWith($"\"{named}\"", unreadable!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("\"a\\u0062\"", "\"a\\u0062\"")]
    [InlineData("1.5", "")]
    [InlineData("null", "")]
    [InlineData("[]", "")]
    public void Id_ComesBackAsItWasWritten_WhenAnAnswerCanCarryIt(string id, string carried)
    {
        var (message, _) = McpMessage.Read(Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":{{id}},"method":"ping"}"""));

        Assert.Equal((carried, carried.Length > 0), (Encoding.UTF8.GetString(message!.Id), message.IsRequest));
    }

    private static McpFault? FaultOf(string message)
    {
        var (read, unreadable) = McpMessage.Read(Encoding.UTF8.GetBytes(message));
        Assert.Null(unreadable);
        return read?.Fault();
    }
}
