using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace TenantHub.Calls;

/// <summary>What is kept of a body, and what is not.</summary>
public sealed class BodyRedactionTests
{
    private const string Held = "what-the-account-holds-0123456789";

    [Theory]
    [InlineData("""{"client_secret":"PLANTED"}""", """{"client_secret":"[redacted]"}""")]
    [InlineData("""{"a":{"hookSecret":{"deep":["PLANTED"]},"b":1}}""", """{"a":{"hookSecret":"[redacted]","b":1}}""")]
    [InlineData("""{"X-Api-Key":"PLANTED","access_token":"PLANTED","uploadKey":"PLANTED"}""", null)]
    [InlineData("""{"callbackUrl":"https://hub.example/autodesk/PLANTED"}""", null)]
    [InlineData("""{"text":"it is eyJhbGciOiJQTEFOVEVE.eyJzdWIiOiJQTEFOVEVE.PLANTED"}""", """{"text":"it is [redacted]"}""")]
    [InlineData("""{"text":"Authorization: Bearer PLANTED-PLANTED"}""", """{"text":"Authorization: Bearer [redacted]"}""")]
    [InlineData("""["thk_PLANTED0123456789"]""", """["[redacted]"]""")]
    [InlineData("""{"x":"what-the-account-holds-0123456789"}""", """{"x":"[redacted]"}""")]
    [InlineData("""{"what-the-account-holds-0123456789":1}""", """{"[redacted]":1}""")]
    [InlineData(
        """{"urls":["https://bucket.s3.amazonaws.com/key?X-Amz-Credential=PLANTED&X-Amz-Signature=PLANTED"]}""",
        """{"urls":["https://bucket.s3.amazonaws.com/key?[redacted]"]}"""
    )]
    [InlineData(
        """{"url":"https://cdn.derivative.autodesk.com/f?response=x\u0026Signature=PLANTED"}""",
        """{"url":"https://cdn.derivative.autodesk.com/f?[redacted]"}"""
    )]
    [InlineData(
        """{"signedUrl":"https://developer.api.autodesk.com/oss/v2/signedresources/PLANTED?region=US"}""",
        """{"signedUrl":"https://developer.api.autodesk.com/oss/v2/signedresources/[redacted]?region=US"}"""
    )]
    [InlineData("""{"u":"https://me:PLANTED@host.example/x"}""", """{"u":"https://[redacted]@host.example/x"}""")]
    public void WhatLetsSomebodyIn_IsLeftOut(string body, string? expected)
    {
        var kept = Redact(body);

        Assert.DoesNotContain("PLANTED", kept.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Held, kept.Text, StringComparison.Ordinal);
        Assert.False(kept.IsCut);
        Assert.NotNull(JsonNode.Parse(kept.Text));
        if (expected is not null)
            Assert.Equal(expected, kept.Text);
    }

    [Theory]
    [InlineData("""{"bucketKey":"plans","policyKey":"transient","n":1.50,"ok":true,"nothing":null,"list":[[],{}]}""")]
    [InlineData("""{"next":"https://developer.api.autodesk.com/data/v1/projects/b.1/items?page[number]=2"}""")]
    [InlineData("""{"text":"Größe <b> & 'x'"}""")]
    public void WhatSupportNeeds_StaysAsItIs(string body) => Assert.Equal(body, Redact(body).Text);

    [Theory]
    [InlineData("<html>client_secret=PLANTED&x=1 password: PLANTED</html>")]
    [InlineData("""{"client_secret":"PLANTED", "cut""")]
    [InlineData("""{"half":"\ud800","secret":"PLANTED"}""")]
    [InlineData("see https://s3.amazonaws.com/x?X-Amz-Signature=PLANTED for more")]
    public void WhatIsNoJson_IsRedactedAsText(string body) => Assert.DoesNotContain("PLANTED", Redact(body).Text, StringComparison.Ordinal);

    [Fact]
    public void LongBody_IsCut_AndTellsItsSize_AndNoSecretBeyondTheEdgeIsHalfThere()
    {
        var body = $$"""{"a":"{{new string('ü', RecordedBody.MaxBytes)}}","password":"PLANTED"}""";

        var kept = Redact(body);

        Assert.True(kept.IsCut);
        Assert.Equal(Encoding.UTF8.GetByteCount(body), kept.Bytes);
        Assert.InRange(Encoding.UTF8.GetByteCount(kept.Text), RecordedBody.MaxBytes - 4, RecordedBody.MaxBytes);
        Assert.DoesNotContain('\uFFFD', kept.Text);
        var edge = $$"""{"a":"{{new string('x', RecordedBody.MaxBytes - 20)}} {{Held}}"}""";
        Assert.DoesNotContain("what-the", Redact(edge).Text, StringComparison.Ordinal);
    }

    private static RecordedBody Redact(string body) => BodyRedaction.Of(Encoding.UTF8.GetBytes(body), [Held]);
}
