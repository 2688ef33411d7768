using System.Text;
using TenantHub.Autodesk.Http;
using Xunit;

namespace TenantHub.Autodesk.Answers;

/// <summary>Whether a request may be repeated is the grain's to know. Nothing beneath it repeats, also where .NET's own client
/// would.</summary>
public sealed class HiddenRepeatTests
{
    [Theory]
    [InlineData("GET", "")] // The connection ends before an answer: without a body .NET would send it three times more.
    [InlineData("DELETE", "")]
    [InlineData("POST", "")]
    [InlineData("GET", "HTTP/1.1 20")]
    [InlineData("DELETE", "HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")]
    [InlineData("DELETE", "no HTTP at all")]
    public async Task RequestWhoseConnectionEnds_WasSentOnce(string method, string answer)
    {
        await using var server = new RawServer(Encoding.ASCII.GetBytes(answer));

        var response = await AnswerBodyTests.SendAsync(server, HttpMethod.Parse(method));

        Assert.IsType<ApsResponse.Lost>(response);
        Assert.Single(server.Seen);
    }
}
