using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Xunit;

namespace TenantHub.Storage;

public sealed class GrainStateSerializerTests
{
    private readonly GrainStateSerializer _serializer = new(new EphemeralDataProtectionProvider());

    [Fact]
    public void Envelope_IsStable()
    {
        var written = _serializer.Serialize(
            new SampleState
            {
                Label = "l",
                CallCount = 2,
                Level = SampleLevel.VeryGood,
            }
        );

        Assert.Equal(
            """{"v":1,"type":"tenanthub.test.sample-state","state":{"label":"l","call_count":2,"level":"very_good","old_secrets":[]}}""",
            written.ToString()
        );
    }

    [Fact]
    public void StoredLiteral_IsReadWhateverItsOrderAndUnknownMembers()
    {
        var read = Read(
            """{"state":{"added_later":{"x":1},"level":"very_good","call_count":2},"type":"tenanthub.test.sample-state","v":1}"""
        );

        Assert.Equal((2, SampleLevel.VeryGood), (read.CallCount, read.Level));
    }

    [Fact]
    public void TypeWithoutAlias_IsNamedBySimpleName() =>
        Assert.StartsWith("""{"v":1,"type":"Unnamed",""", _serializer.Serialize(new Unnamed(1)).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Secrets_AreSealedAtEveryDepthAndOpenedAgain()
    {
        var written = _serializer.Serialize(
            new SampleState { ClientSecret = new Secret("planted-1"), OldSecrets = [new Secret("planted-2")] }
        );

        var json = written.ToString();
        Assert.DoesNotContain("planted", json, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret.Redacted, json, StringComparison.Ordinal);
        var read = _serializer.Deserialize<SampleState>(written);
        Assert.Equal(["planted-1", "planted-2"], [read.ClientSecret!.Reveal(), read.OldSecrets[0].Reveal()]);
    }

    [Fact]
    public void SealedSecret_DoesNotOpenInAnotherKindOfState()
    {
        var json = _serializer.Serialize(new SampleState { ClientSecret = new Secret("planted") }).ToString();
        var moved = json.Replace("tenanthub.test.sample-state", "tenanthub.test.other-state", StringComparison.Ordinal);

        Assert.Throws<StorageException>(() => _serializer.Deserialize<OtherState>(BinaryData.FromString(moved)));
    }

    [Fact]
    public void LostKeyRing_SaysWhatHappenedWithoutThePayload()
    {
        var written = _serializer.Serialize(new SampleState { Label = "label-value", ClientSecret = new Secret("planted") });
        var sealedValue = JsonDocument.Parse(written).RootElement.GetProperty("state").GetProperty("client_secret").GetString()!;
        var withoutKeys = new GrainStateSerializer(new EphemeralDataProtectionProvider());

        var fault = Assert.Throws<StorageException>(() => withoutKeys.Deserialize<SampleState>(written));

        Assert.Contains("not in the key ring", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Restore the key ring", fault.Message, StringComparison.Ordinal);
        foreach (var value in new[] { "planted", "label-value", sealedValue, sealedValue[10..40] })
            Assert.DoesNotContain(value, fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"plain-secret\"")]
    [InlineData("\"[redacted]\"")]
    [InlineData("\"sealed.v1.not base64!\"")]
    [InlineData("\"sealed.v1.\"")]
    [InlineData("7")]
    public void ValueThatIsNotSealed_IsRefusedWithoutQuotingIt(string value)
    {
        var fault = Assert.Throws<StorageException>(() =>
            Read("{\"v\":1,\"type\":\"tenanthub.test.sample-state\",\"state\":{\"client_secret\":" + value + "}}")
        );

        Assert.DoesNotContain("plain-secret", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void NewerFormatVersion_IsRefusedClearly()
    {
        var fault = Assert.Throws<StorageException>(() => Read("""{"v":2,"type":"tenanthub.test.sample-state","state":{}}"""));

        Assert.Contains("format version 2", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StateOfAnotherType_IsRefused()
    {
        var fault = Assert.Throws<StorageException>(() => Read("""{"v":1,"type":"tenanthub.other","state":{}}"""));

        Assert.Contains("two grains use one state name", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"type\":\"tenanthub.test.sample-state\"}")]
    [InlineData("{\"v\":\"1\"}")]
    [InlineData("{\"v\":1,\"type\":\"tenanthub.test.sample-state\",\"state\":{\"level\":\"private-word\"}}")]
    [InlineData("{\"v\":1,\"type\":\"tenanthub.test.sample-state\",\"state\":{\"level\":1}}")]
    public void DamagedPayload_IsRefusedWithoutQuotingIt(string payload)
    {
        var fault = Assert.Throws<StorageException>(() => Read(payload));

        Assert.DoesNotContain("private-word", fault.ToString(), StringComparison.Ordinal);
    }

    private SampleState Read(string json) => _serializer.Deserialize<SampleState>(BinaryData.FromString(json));

    private sealed record Unnamed(int Value);

    [Alias("tenanthub.test.other-state")]
    internal sealed record OtherState
    {
        public Secret? ClientSecret { get; init; }
    }
}
