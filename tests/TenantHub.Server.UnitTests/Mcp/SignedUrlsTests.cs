using System.Text;
using Xunit;

namespace TenantHub.Server.Mcp;

public sealed class SignedUrlsTests
{
    [Theory]
    [InlineData("""{"url":"https://s3.example/x?X-Amz-Signature=abc"}""")]
    [InlineData("""{"a":[{"urls":["HTTPS://cdn.example/x?a=1\u0026Signature=abc"]}]}""")]
    [InlineData("""["https:\/\/blob.example\/x?sv=1&sig=abc"]""")]
    [InlineData("""["http\u0073://s3.example/x?X-Amz-Si\u0067nature=abc&Signature=1"]""")]
    public void SignedUrl_IsLeftOut_HoweverItIsWritten(string json) =>
        Assert.DoesNotContain(
            "abc",
            Encoding.UTF8.GetString(SignedUrls.Without(Encoding.UTF8.GetBytes(json)).Span),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("""{"url":"https://example.com/x","name":"Signature=1","n":1.50}""")]
    [InlineData("""["sig="]""")]
    public void OtherTexts_Stay(string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(SignedUrls.Without(Encoding.UTF8.GetBytes(json)).Span));
}
