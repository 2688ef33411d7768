using System.Text;
using TenantHub.Actions;
using TenantHub.Errors;
using Xunit;

namespace TenantHub.Server.Actions;

public sealed class RpcRequestTests
{
    [Fact]
    public void ActionAlone_IsEnough()
    {
        var request = Parse("""{"action":"autodesk_list_hubs"}""");

        Assert.Equal("autodesk_list_hubs", request.ActionId);
        Assert.Empty(request.Path);
        Assert.Empty(request.Query);
        Assert.Empty(request.Headers);
        Assert.Null(request.Body);
    }

    [Fact]
    public void Values_MayBeStringsNumbersOrBooleans_AndAreTakenOverAsTheyAreWritten()
    {
        var request = Parse(
            """
            {"action":"a","path":{"id":"b.1","n":1.50},"query":{"limit":10,"ids":["x",2,true],"flag":false},"headers":{"If-Match":"e"}}
            """
        );

        Assert.Equal(new Dictionary<string, string> { ["id"] = "b.1", ["n"] = "1.50" }, request.Path);
        Assert.Equal(["10"], request.Query["limit"]);
        Assert.Equal(["x", "2", "true"], request.Query["ids"]);
        Assert.Equal(["false"], request.Query["flag"]);
        Assert.Equal("e", request.Headers["if-match"]); // Header names have no case.
    }

    [Fact]
    public void Null_IsAsGoodAsLeftOut()
    {
        var request = Parse("""{"action":"a","path":null,"query":{"limit":null,"ids":[]},"headers":{"x":null},"body":null}""");

        Assert.Empty(request.Path);
        Assert.Empty(request.Query);
        Assert.Empty(request.Headers);
        Assert.Null(request.Body);
    }

    [Fact]
    public void BytesOfTheBody_AreTakenOverUntouched()
    {
        const string body = """{ "a" : 1.0,"b":"ü\u00fc" }""";

        Assert.Equal(body, Parse($$"""{"action":"a","body": {{body}} }""").Body!.ToString());
    }

    [Theory]
    [InlineData("""[]""", "The body must be a JSON object.")]
    [InlineData("""null""", "The body must be a JSON object.")]
    [InlineData("""{}""", "The field \"action\" is required and must be a string such as \"autodesk_list_hubs\".")]
    [InlineData("""{"action":7}""", "The field \"action\" is required and must be a string such as \"autodesk_list_hubs\".")]
    [InlineData("""{"action":"a","actoin":"b"}""", "The field \"actoin\" is not known here; known are action, path, query, headers, body.")]
    [InlineData("""{"action":"a","path":[]}""", "The field \"path\" must be an object.")]
    [InlineData("""{"action":"a","query":"x"}""", "The field \"query\" must be an object.")]
    [InlineData("""{"action":"a","path":{"id":{}}}""", "path.id must be a string, a number or a boolean.")]
    [InlineData("""{"action":"a","headers":{"x":["y"]}}""", "headers.x must be a string, a number or a boolean.")]
    [InlineData("""{"action":"a","headers":{"x":"1","X":"2"}}""", "headers.X is given twice.")]
    [InlineData("""{"action":"a","query":{"x":{}}}""", "query.x must be a string, a number, a boolean, or an array of them.")]
    [InlineData("""{"action":"a","query":{"x":["y",null]}}""", "query.x must be a string, a number, a boolean, or an array of them.")]
    public void WhatCannotBeARequest_IsRefused_InTheCallersWords(string json, string detail) => Assert.Equal(detail, Refuse(json).Detail);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"action":"a"} x""")]
    [InlineData("""{"action":"a","action":"b"}""")]
    [InlineData("""{"action":"a","body":{"x":1,"x":2}}""")]
    [InlineData("""{"action":"a\ud800"}""")]
    [InlineData("""{"action":"a","path":{"\udc00":"x"}}""")]
    public void WhatIsNotOneCleanJsonText_IsRefused_WithoutAFault(string json) => Refuse(json);

    [Fact]
    public void DeepNesting_IsRefused_WithoutAFault() =>
        Refuse("""{"action":"a","body":""" + new string('[', 500) + new string(']', 500) + "}");

    [Fact]
    public void BytesThatAreNotUtf8_AreRefused_WithoutAFault()
    {
        byte[] bytes = [.. "{\"action\":\""u8, 0xC3, 0x28, .. "\"}"u8];

        var (request, _, error) = RpcRequest.Parse(bytes);

        Assert.Null(request);
        Assert.Equal(ErrorCode.InvalidRequest, error!.Code);
    }

    private static ActionRequest Parse(string json)
    {
        var (request, _, error) = RpcRequest.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Null(error);
        return request!;
    }

    private static ServiceError Refuse(string json)
    {
        var (request, _, error) = RpcRequest.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Null(request);
        Assert.Equal((ErrorCode.InvalidRequest, ErrorSource.Caller), (error!.Code, error.Source));
        return error;
    }
}
