using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Actions;

/// <summary>Holds what the emulator saw against what Autodesk documents.</summary>
internal static class WireAssert
{
    public static void Matches(ActionCase expected, JournalRecord seen)
    {
        Assert.Equal(expected.Method, seen.Method);
        Assert.Equal(expected.WirePath, seen.Path);
        Assert.Equal(expected.WireQuery, seen.Query);
        foreach (var (name, value) in expected.WireHeaders)
            Assert.Equal(value, seen.Headers.GetValueOrDefault(name));
        Assert.Equal("Bearer ***", seen.Headers["authorization"]);
        Assert.Equal(expected.Scopes, seen.Scopes);
        Assert.True(JsonNode.DeepEquals(expected.Body, seen.BodyJson), $"body: {seen.Body}");
        Assert.Equal(expected.Status, seen.Status);
    }
}
