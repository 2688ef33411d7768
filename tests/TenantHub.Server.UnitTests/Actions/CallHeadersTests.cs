using Microsoft.AspNetCore.Http;
using TenantHub.Actions;
using TenantHub.Security;
using TenantHub.Server.Security;
using Xunit;

namespace TenantHub.Server.Actions;

public sealed class CallHeadersTests
{
    [Fact]
    public void CallWithoutHeaders_WaitsAsLongAsTheServerAllows_AndIsInteractive()
    {
        var call = Apply();

        Assert.Null(call.MaxWait);
        Assert.Equal(CallPriority.Interactive, call.Priority);
        Assert.Null(call.IdempotencyKey);
        Assert.Equal("key:1", call.CallerId);
        Assert.Equal("autodesk_list_hubs", call.ActionId);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(7, "0.007")]
    [InlineData(50, "0.05")]
    [InlineData(1_200, "1.2")]
    [InlineData(12_345, "12.345")]
    [InlineData(3_000_000, "3000")]
    public void ServerTiming_IsInMilliseconds_WithTheDigitsThatCount(int microseconds, string expected)
    {
        var response = new DefaultHttpContext().Response;
        var lane = TimeSpan.FromMicroseconds(microseconds);

        CallHeaders.Write(response, new CallTiming("id", lane, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), lane);

        Assert.Equal(
            $"lane;dur={expected}, quota;dur=0, token;dur=0, upstream;dur=0, backoff;dur=0, hub;dur=0",
            response.Headers["Server-Timing"].ToString()
        );
    }

    [Theory]
    [InlineData("wait=10", 10)]
    [InlineData("wait=0", 0)]
    [InlineData("wait=120", 120)]
    [InlineData("WAIT=5", 5)]
    [InlineData("respond-async, wait=7", 7)]
    [InlineData("respond-async; wait=7", null)] // A parameter of another preference (RFC 7240).
    [InlineData("wait=121", 120)] // Too long is clamped, and Preference-Applied says so.
    [InlineData("wait=-1", null)]
    [InlineData("wait=1.5", null)]
    [InlineData("wait=", null)]
    [InlineData("wait", null)]
    [InlineData("wait=99999999999999999999", 120)]
    [InlineData("wait = \"5\"", 5)]
    [InlineData("return=minimal", null)]
    public void Prefer_IsAWish_WhatIsNotUnderstoodIsIgnored(string prefer, int? seconds) =>
        Assert.Equal(seconds is { } given ? TimeSpan.FromSeconds(given) : null, Apply(("Prefer", prefer)).MaxWait);

    [Theory]
    [InlineData("u=0", CallPriority.Interactive)]
    [InlineData("u=3", CallPriority.Interactive)]
    [InlineData("u=4", CallPriority.Bulk)]
    [InlineData("u=7", CallPriority.Bulk)]
    [InlineData("i, u=5", CallPriority.Bulk)]
    [InlineData("u=8", CallPriority.Interactive)]
    [InlineData("u=55", CallPriority.Interactive)]
    [InlineData("bulk", CallPriority.Interactive)]
    public void Priority_AboveThree_IsBulk(string priority, CallPriority expected) =>
        Assert.Equal(expected, Apply(("Priority", priority)).Priority);

    [Theory]
    [InlineData("order-1", "order-1")]
    [InlineData("\"order-1\"", "order-1")]
    [InlineData("\"", "\"")]
    [InlineData("\"\"", "\"\"")] // Nothing between the quotes is no key; it is left to be refused.
    [InlineData("", "")]
    public void IdempotencyKey_MayBeQuotedOrBare(string sent, string key) =>
        Assert.Equal(key, Apply(("Idempotency-Key", sent)).IdempotencyKey);

    [Fact]
    public void RateLimit_IsToldInWholeSeconds_RoundedUp()
    {
        var response = new DefaultHttpContext().Response;

        CallHeaders.Write(response, new RateLimit("dm-hubs", 50, TimeSpan.FromSeconds(60), 7, TimeSpan.FromMilliseconds(12_001)));

        Assert.Equal("\"dm-hubs\";q=50;w=60", response.Headers["RateLimit-Policy"]);
        Assert.Equal("\"dm-hubs\";r=7;t=13", response.Headers["RateLimit"]);
    }

    [Fact]
    public void ServerTiming_GivesTheRestToTheServer_AndNeverLessThanNothing()
    {
        var timing = new CallTiming("call_1", Ms(1), Ms(2), Ms(3), Ms(4.5), Ms(0));
        var (longer, shorter) = (new DefaultHttpContext().Response, new DefaultHttpContext().Response);

        CallHeaders.Write(longer, timing, Ms(20));
        CallHeaders.Write(shorter, timing, Ms(1));

        Assert.Equal("call_1", longer.Headers["x-request-id"]);
        Assert.Equal("lane;dur=1, quota;dur=2, token;dur=3, upstream;dur=4.5, backoff;dur=0, hub;dur=9.5", longer.Headers["Server-Timing"]);
        Assert.EndsWith("hub;dur=0", shorter.Headers["Server-Timing"].ToString(), StringComparison.Ordinal);

        static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
    }

    [Fact]
    public void WhatIsNotKnown_IsNotWritten()
    {
        var response = new DefaultHttpContext().Response;

        CallHeaders.Write(response, state: null);
        CallHeaders.Write(response, timing: null, TimeSpan.Zero);

        Assert.Empty(response.Headers);
    }

    private static ActionRequest Apply(params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext { User = new Caller("key:1", "a key", AccessRole.Backend).ToPrincipal("test") };
        foreach (var (name, value) in headers)
            context.Request.Headers[name] = value;
        return CallHeaders.Apply(context.Request, new ActionRequest("autodesk_list_hubs"));
    }
}
