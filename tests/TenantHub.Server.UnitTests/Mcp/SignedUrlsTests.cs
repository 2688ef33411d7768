using System.Text;
using Xunit;

namespace TenantHub.Server.Mcp;

public sealed class SignedUrlsTests
{
    [Theory]
    [InlineData("""{"url":"https://s3.example/x?X-Amz-Signature=abc"}""")]
    [InlineData("""{"a":[{"urls":["HTTPS://cdn.example/x?a=1\u0026Signature=abc"]}]}""")]
    [InlineData("""["https:\/\/blob.example\/x?sv=1&sig=abc"]""")]
    [InlineData("""{"name":"look at https://s3.example/x?X-Amz-Signature=abc (now)"}""")]
    [InlineData("""["see HTTPS://developer.api.autodesk.com/oss/v2/signedresources/abc?region=US"]""")]
    [InlineData("""["Bearer abcdefghijklmnopqrstuvwxyz0"]""")]
    [InlineData("""["\u0042earer abcdefghijklmnopqrstuvwxyz0"]""")]
    [InlineData("""["a eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJabcJ9.abc b"]""")]
    [InlineData("""["client_secret=abc"]""")]
    [InlineData("""["?grant_type=x&CLIENT_SECRET=abc&scope=y"]""")]
    [InlineData("""{"access_token":"abc"}""")]
    [InlineData("""{"note":"{\"client_secret\": \"abc\"}"}""")]
    [InlineData("""["http\u0073://s3.example/x?X-Amz-Si\u0067nature=abc&Signature=1"]""")]
    [InlineData("""["https://s3.example/x?a=1\\u0026X-Amz-Signature\\u003dabc"]""")]
    [InlineData("""["https:\\/\\/s3.example\\/x?X-Amz-Signature=abc"]""")]
    [InlineData("""["https%3A%2F%2Fs3.example%2Fx%3FX-Amz-Signature%3Dabc"]""")]
    [InlineData("""["https://login.example/?to=https%253A%252F%252Fs3.example%252Fx%253Fsig%253Dabc%2526sig%253Dabc"]""")]
    [InlineData("""["{\"url\":\"https:\\/\\/blob.example\\/x?sv=1\\u0026sig=abc\"}"]""")]
    [InlineData("""{"https://s3.example/x?X-Amz-Signature=abc":1}""")]
    [InlineData("""["Authorization: Basic abcGVtby1jbGllbnQtaWQ6ZGVtby1jbGllbnQtc2VjcmV0"]""")]
    [InlineData("""["https://s3.example/it's.pdf?d='x'&e={y}|z&X-Amz-Signature=abc"]""")]
    [InlineData("""["https://blob.example/x?SIG=abc"]""")]
    [InlineData("""["https://s3.example/x?X-AMZ-SIGNATURE=abc"]""")]
    [InlineData("""["https://s3.example/x?X-Amz-Signatur%65=abc"]""")]
    [InlineData("""["https:/s3.example/x?X-Amz-Signature=abc"]""")]
    [InlineData("""["https:\\\\s3.example\\x?X-Amz-Signature=abc"]""")]
    [InlineData("""["HTTPS:///s3.example/x?X-Amz-Signature=abc"]""")]
    [InlineData("""["Bearer abcdefghijklmNOPQRSTUVWXYZ"]""")]
    [InlineData("""["bearer abcdefghijklmnopqrstuvwxyzabcabc"]""")]
    [InlineData("""["th_dev_abc4567890abc4567890abc4567890abc4567890"]""")]
    public void SignedUrl_IsLeftOut_HoweverItIsWritten(string json) =>
        Assert.DoesNotContain(
            "abc",
            Encoding.UTF8.GetString(SignedUrls.Without(Encoding.UTF8.GetBytes(json)).Span),
            StringComparison.Ordinal
        );

    [Fact]
    public void TextOfAFailure_IsCleanedAlike() =>
        Assert.DoesNotContain(
            "abc",
            SignedUrls.WithoutIn("Autodesk says: https%3A%2F%2Fb.s3.amazonaws.com%2Fk%3FX-Amz-Signature%3Dabc"),
            StringComparison.Ordinal
        );

    [Fact]
    public void WordsAroundASignedUrl_Stay()
    {
        var text = Encoding.UTF8.GetString(
            SignedUrls.Without("""["before https://s3.example/x?X-Amz-Signature=abc after"]"""u8.ToArray()).Span
        );

        Assert.StartsWith("[\"before [a signed URL", text, StringComparison.Ordinal);
        Assert.EndsWith(" after\"]", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"url":"https://example.com/x","name":"Signature=1","n":1.50}""")]
    [InlineData("""["sig="]""")]
    [InlineData(
        """["Bearer of news","Bearer Donaudampfschifffahrtsgesellschaft.pdf","the bearer MechanicalPlantRoom","https: see above","https:"]"""
    )]
    [InlineData("""["Bearer responsibilities-matrix.xlsx","Basic information.pdf","https://example.com/a?page[token]=b"]""")]
    [InlineData("""["The bearer of this letter, client_secret, https://example.com/a?signature_of=b"]""")]
    [InlineData("""["Basic information2024forEverybody.pdf","Basic Requirements-2024-Rev.B","https%3A%2F%2Fexample.com%2Fa"]""")]
    public void OtherTexts_Stay(string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(SignedUrls.Without(Encoding.UTF8.GetBytes(json)).Span));
}
