using Microsoft.Extensions.Time.Testing;
using TenantHub.Autodesk.Isolation;
using Xunit;

namespace TenantHub.Isolation;

public sealed class SeenResourcesTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void WhatWasSeen_IsKnownExactly()
    {
        var seen = new SeenResources(10, _clock);
        seen.Remember(ResourceKind.Object, "urn:a/1", own: true);
        seen.Remember(ResourceKind.Project, "p", own: false);

        Assert.True(seen.Find(ResourceKind.Object, "urn:a/1"));
        Assert.False(seen.Find(ResourceKind.Project, "p"));
        Assert.Null(seen.Find(ResourceKind.Object, "urn:A/1"));
        Assert.Null(seen.Find(ResourceKind.Version, "urn:a/1"));
        Assert.Null(seen.Find(ResourceKind.Object, "urn:a/1 "));
    }

    [Fact]
    public void LongIds_AreToldApart()
    {
        var seen = new SeenResources(10, _clock);
        var url = "https://bucket.s3.amazonaws.com/" + new string('ü', 500);
        seen.Remember(ResourceKind.SignedUrl, url + "1", own: true);

        Assert.True(seen.Find(ResourceKind.SignedUrl, url + "1"));
        Assert.Null(seen.Find(ResourceKind.SignedUrl, url + "2"));
    }

    [Fact]
    public void WhatRunsOutOrIsForgotten_IsNotKnown_AndCanBeLearntAgain()
    {
        var seen = new SeenResources(10, _clock);
        seen.Remember(ResourceKind.Project, "p", own: false, TimeSpan.FromSeconds(10));
        seen.Remember(ResourceKind.Bucket, "b", own: true);
        _clock.Advance(TimeSpan.FromSeconds(10));
        seen.Forget(ResourceKind.Bucket, "b");
        seen.Forget(ResourceKind.Bucket, "never");

        Assert.Null(seen.Find(ResourceKind.Project, "p"));
        Assert.Null(seen.Find(ResourceKind.Bucket, "b"));
        seen.Remember(ResourceKind.Project, "p", own: true);
        Assert.True(seen.Find(ResourceKind.Project, "p"));
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public void Memory_IsBounded_TheOldestGoesFirst()
    {
        var seen = new SeenResources(100, _clock);
        for (var i = 0; i < 1_000; i++)
        {
            seen.Remember(ResourceKind.Object, $"o{i}", own: true);
            seen.Remember(ResourceKind.Object, $"o{i}", own: true); // Seen again: no second place.
        }

        Assert.Equal(100, seen.Count);
        Assert.Null(seen.Find(ResourceKind.Object, "o899"));
        Assert.True(seen.Find(ResourceKind.Object, "o900"));
    }
}
