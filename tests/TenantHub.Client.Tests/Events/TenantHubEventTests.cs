using System.Text;
using Microsoft.Extensions.Time.Testing;
using StandardWebhooks;
using Xunit;

namespace TenantHub.Client.Events;

/// <summary>Signatures, with the published library of standardwebhooks.com as the other side. What the server really sends is tried over
/// HTTP
/// (ClientEventTests).</summary>
public sealed class TenantHubEventTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Body = """{"type":"account.created","timestamp":"2026-11-30T00:00:00Z","data":{"id":"acc_1","name":"Zoë"}}""";
    private static readonly byte[] Bytes = Encoding.UTF8.GetBytes(Body);
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 30, 0, 0, 0, TimeSpan.Zero));

    private string Timestamp => $"{_clock.GetUtcNow().ToUnixTimeSeconds()}";

    [Fact]
    public void Signature_IsTheOneOfThePublishedLibrary()
    {
        var theirs = new StandardWebhook(Secret).Sign("evt_1", _clock.GetUtcNow(), Body);

        Assert.Equal(theirs, TenantHubEvent.Sign("evt_1", _clock.GetUtcNow(), Bytes, Secret));
        Assert.True(TenantHubEvent.TryRead("evt_1", Timestamp, theirs, Bytes, Secret, out var happened, _clock));
        Assert.Equal(("evt_1", "account.created", "Zoë"), (happened.Id, happened.Type, happened.Data.GetProperty("name").GetString()));
    }

    /// <summary>After a rotation there are two signatures; one that is right is enough.</summary>
    [Fact]
    public void OneOfSeveralSignatures_IsEnough()
    {
        var right = TenantHubEvent.Sign("evt_1", _clock.GetUtcNow(), Bytes, Secret);

        Assert.True(TenantHubEvent.TryRead("evt_1", Timestamp, $"v1,AAAA v2,x {right}", Bytes, Secret, out _, _clock));
    }

    [Theory]
    [InlineData("evt_2", 0, null)]
    [InlineData(null, 0, null)]
    [InlineData("evt_1", 301, null)]
    [InlineData("evt_1", -301, null)]
    [InlineData("evt_1", 0, "v1,not base64")]
    [InlineData("evt_1", 0, "")]
    public void WhatIsNotAsItWasSigned_IsRefused(string? id, int secondsLater, string? signature)
    {
        var (timestamp, right) = (Timestamp, TenantHubEvent.Sign("evt_1", _clock.GetUtcNow(), Bytes, Secret));
        _clock.AdjustTime(_clock.GetUtcNow().AddSeconds(secondsLater));

        Assert.False(TenantHubEvent.TryRead(id, timestamp, signature ?? right, Bytes, Secret, out _, _clock));
    }

    [Fact]
    public void OtherBody_OtherSecret_AndNoTimestamp_AreRefused()
    {
        var right = TenantHubEvent.Sign("evt_1", _clock.GetUtcNow(), Bytes, Secret);

        Assert.False(TenantHubEvent.TryRead("evt_1", Timestamp, right, [.. Bytes, (byte)' '], Secret, out _, _clock));
        Assert.False(
            TenantHubEvent.TryRead("evt_1", Timestamp, right, Bytes, "whsec_" + Convert.ToBase64String(new byte[32]), out _, _clock)
        );
        Assert.False(TenantHubEvent.TryRead("evt_1", "now", right, Bytes, Secret, out _, _clock));
        Assert.Throws<ArgumentException>(() => TenantHubEvent.TryRead("evt_1", Timestamp, right, Bytes, "whsec_?", out _, _clock));
    }
}
