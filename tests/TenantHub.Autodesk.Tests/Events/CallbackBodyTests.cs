using System.Text;
using Xunit;

namespace TenantHub.Autodesk.Events;

public sealed class CallbackBodyTests
{
    [Fact]
    public void Payload_IsKeptByteForByte_AndTheProjectIsBare()
    {
        var read = Read(
            """{"version":"1.0","resourceUrn":"urn:x","hook":{"hookId":"1"},"payload":{ "project" : "b.p1", "n":1.50, "ä":"\u00e4" }}"""
        )!;

        Assert.Equal("""{ "project" : "b.p1", "n":1.50, "ä":"\u00e4" }""", read.Payload.ToString());
        Assert.Equal(("urn:x", "p1"), (read.ResourceUrn, read.ProjectId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"payload":7}""")]
    [InlineData("""{"payload":{""")]
    public void WhatIsNoCallback_IsNotRead(string body) => Assert.Null(Read(body));

    [Theory]
    [InlineData("""{"payload":{"project":7,"source":["x"]}}""")]
    [InlineData("""{"resourceUrn":"","payload":{"project":""}}""")]
    public void WhatIsNoText_IsAsIfItWasNotThere(string body) => Assert.Equal(("", null), (Read(body)!.ResourceUrn, Read(body)!.ProjectId));

    [Fact]
    public void Fingerprint_DependsOnTheChange_AndNotOnWhatIsSaidOfTheHook()
    {
        var one = Read("""{"resourceUrn":"urn:x","hook":{"status":"active"},"payload":{"t":1}}""")!;
        var again = Read("""{"resourceUrn":"urn:x","hook":{"status":"reactivated"},"payload":{"t":1}}""")!;
        var other = Read("""{"resourceUrn":"urn:x","hook":{"status":"active"},"payload":{"t":2}}""")!;

        Assert.Equal(one.FingerprintOf("data", "e"), again.FingerprintOf("data", "e"));
        Assert.NotEqual(one.FingerprintOf("data", "e"), other.FingerprintOf("data", "e"));
        Assert.NotEqual(one.FingerprintOf("data", "e"), one.FingerprintOf("data", "f"));
    }

    [Theory]
    [InlineData("dm.version.added", 1)]
    [InlineData("dm.folder.*", 8)]
    [InlineData("dm.*", 20)]
    [InlineData("issue.*", 5)]
    [InlineData("*", 0)]
    [InlineData("dm.nothing", 0)]
    [InlineData("", 0)]
    public void EventNames_StandForWhatBeginsLikeThem(string name, int count) => Assert.Equal(count, EventNames.Find(name).Count);

    private static CallbackBody? Read(string body) => CallbackBody.Read(Encoding.UTF8.GetBytes(body));
}
