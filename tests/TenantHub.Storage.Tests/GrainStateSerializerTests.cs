using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Xunit;

namespace TenantHub.Storage;

public sealed class GrainStateSerializerTests
{
    private readonly GrainStateSerializer _serializer = new(new EphemeralDataProtectionProvider());

    [Fact]
    public void Envelope_HoldsVersionAndStableName_AndNoNameOfOurCode() =>
        Assert.Equal("""{"v":1,"type":"test.sample","state":{"name":"a"}}""", _serializer.Serialize(new SampleState { Name = "a" }).ToString());

    [Fact]
    public void Secret_IsSealedAndOpenedAgain()
    {
        var stored = _serializer.Serialize(new SampleState { Secret = new Secret("planted") });

        Assert.DoesNotContain("planted", stored.ToString(), StringComparison.Ordinal);
        Assert.Equal("planted", _serializer.Deserialize<SampleState>(stored).Secret!.Reveal());
    }

    [Fact]
    public void LostKeyRing_IsSaid_WithoutWhatWasStored()
    {
        var stored = _serializer.Serialize(new SampleState { Secret = new Secret("planted") });

        var failure = Assert.Throws<InvalidOperationException>(() => new GrainStateSerializer(new EphemeralDataProtectionProvider()).Deserialize<SampleState>(stored));

        Assert.Contains("keys", failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.InnerException);
    }

    [Theory]
    [InlineData("""{"v":2,"type":"test.sample","state":{}}""", "format version 2")]
    [InlineData("""{"v":1,"type":"test.other","state":{}}""", "is a test.other")]
    public void StateOfAnotherVersionOrType_IsRefused(string stored, string message)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => _serializer.Deserialize<SampleState>(BinaryData.FromBytes(Encoding.UTF8.GetBytes(stored))));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }
}
