using Microsoft.AspNetCore.Http;
using Xunit;

namespace TenantHub.Server.Mcp;

public sealed class McpGuardTests
{
    [Theory]
    [InlineData(null, false, true)]
    [InlineData("http://localhost:5173", true, true)]
    [InlineData("http://localhost:5173", false, false)]
    [InlineData("file://", true, false)]
    [InlineData("https://evil.example", true, false)]
    [InlineData("https://agents.example.com", false, true)]
    public void Page_IsLetIn_WhenItIsNamed_OrWhileSomebodyDevelops(string? origin, bool isDevelopment, bool isAllowed)
    {
        var request = new DefaultHttpContext().Request;
        (request.Scheme, request.Host) = ("http", new HostString("localhost", 5400));
        if (origin is not null)
            request.Headers.Origin = origin;

        Assert.Equal(isAllowed, McpGuard.IsAllowed(request, ["https://agents.example.com"], isDevelopment));
    }
}
