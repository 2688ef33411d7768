using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.OpenApi;

/// <summary>A witness that never objects would be worthless: these show that it does.</summary>
public sealed class OpenApiWitnessTests
{
    private static readonly JournalRecord Good = new()
    {
        Method = "POST",
        Path = "/oss/v2/buckets",
        Status = 200,
        Body = """{"bucketKey":"abc","policyKey":"transient"}""",
        Headers = new Dictionary<string, string> { ["content-type"] = "application/json" },
        ResponseBody = """{"bucketKey":"abc","createdDate":1,"policyKey":"transient"}""",
    };

    [Fact]
    public void GoodRequest_IsAccepted() => Assert.Empty(OpenApiWitness.Default.Faults(Good));

    [Theory]
    [InlineData("""{"bucketKey":"abc"}""", "PropertyRequired")]
    [InlineData("""{"bucketKey":1,"policyKey":"transient"}""", "StringExpected")]
    [InlineData("""{"bucketKey":"abc","policyKey":"for ever"}""", "NotInEnumeration")]
    public void WrongBody_IsObjectedTo(string body, string fault) =>
        Assert.Contains(OpenApiWitness.Default.Faults(Good with { Body = body }), found => found.Contains(fault, StringComparison.Ordinal));

    [Fact]
    public void WrongAnswer_IsObjectedTo() =>
        Assert.Contains(
            OpenApiWitness.Default.Faults(Good with { ResponseBody = """{"createdDate":"yesterday"}""" }),
            found => found.Contains("answer", StringComparison.Ordinal)
        );

    [Fact]
    public void UndeclaredStatusQueryPathAndContentType_AreObjectedTo()
    {
        Assert.NotEmpty(OpenApiWitness.Default.Faults(Good with { Status = 201 }));
        Assert.NotEmpty(OpenApiWitness.Default.Faults(Good with { Query = "colour=red" }));
        Assert.NotEmpty(OpenApiWitness.Default.Faults(Good with { Path = "/oss/v3/buckets" }));
        Assert.NotEmpty(
            OpenApiWitness.Default.Faults(Good with { Headers = new Dictionary<string, string> { ["content-type"] = "text/plain" } })
        );
    }

    [Fact]
    public void KnownDefect_StillExists_SoTheListCannotGoStale()
    {
        var withHeader = Good with { Headers = new Dictionary<string, string>(Good.Headers) { ["region"] = "MARS" } };

        Assert.Equal("create_bucket", OpenApiWitness.Default.OperationOf(Good));
        Assert.Contains(OpenApiWitness.Default.Faults(withHeader), found => found.Contains("header region=MARS", StringComparison.Ordinal));
    }
}
