using TenantHub.Autodesk.Http;
using Xunit;

namespace TenantHub.Autodesk.Isolation;

public sealed class ProjectProofTests
{
    private static readonly LinkedAccountContext Context = new("11111111-2222-4333-8444-555555555555", "US", "client", null);

    [Theory]
    [InlineData(200, """{"data":{"id":"b.p","relationships":{"hub":{"data":{"id":"b.11111111-2222-4333-8444-555555555555"}}}}}""", true)]
    [InlineData(200, """{"data":{"id":"b.p","relationships":{"hub":{"data":{"id":"b.99999999-2222-4333-8444-555555555555"}}}}}""", false)]
    [InlineData(200, """{"data":{"id":"b.p"}}""", true)]
    [InlineData(200, """{"id":"p","accountId":"11111111-2222-4333-8444-555555555555"}""", true)]
    [InlineData(200, """{"id":"p","accountId":"99999999-2222-4333-8444-555555555555"}""", false)]
    [InlineData(200, """{"id":"p"}""", null)]
    [InlineData(200, "[]", null)]
    [InlineData(200, "{", null)]
    [InlineData(404, "{}", false)]
    [InlineData(400, "{}", false)]
    [InlineData(410, "{}", false)]
    [InlineData(403, "{}", null)]
    [InlineData(429, "{}", null)]
    [InlineData(503, "{}", null)]
    public void Answer_ProvesOrProvesNothing(int status, string body, bool? own) =>
        Assert.Equal(
            own,
            ProjectProof.Judge(new ApsResponse.Answered(status, "/x", JsonBytes.Parse(body)) { MediaType = "application/json" }, Context)
        );

    [Fact]
    public void NoAnswer_ProvesNothing()
    {
        Assert.Null(ProjectProof.Judge(null, Context));
        Assert.Null(ProjectProof.Judge(new ApsResponse.Lost(true, "late"), Context));
        Assert.Null(ProjectProof.Judge(new ApsResponse.NotSent("down"), Context));
    }
}
