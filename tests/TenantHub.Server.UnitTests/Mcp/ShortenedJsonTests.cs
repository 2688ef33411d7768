using System.Text;
using System.Text.Json;
using Xunit;

namespace TenantHub.Server.Mcp;

public sealed class ShortenedJsonTests
{
    [Fact]
    public void WhatFits_StaysAsItIs() => Assert.Equal(("{\"a\":1}", null), Of("""{"a":1}""", 100));

    [Fact]
    public void LongestTexts_AreShortened_AndShortOnesStay()
    {
        var (json, note) = Of(JsonSerializer.Serialize(new { name = "short", text = new string('x', 100_000) }), 65_536);

        var read = JsonDocument.Parse(json).RootElement;
        Assert.Equal("short", read.GetProperty("name").GetString());
        Assert.EndsWith("[... 83,616 more letters]", read.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("100,026 bytes", note, StringComparison.Ordinal);
        Assert.Contains("/actions/rpc", note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(65_536)]
    public void ManyEntries_OfWhateverShape_FitInTheEnd(int maxBytes)
    {
        var units = Enumerable.Range(0, 5_000).Select(unit => new { name = $"unit {unit}", description = new string('d', 400) });
        var members = Enumerable.Range(0, 5_000).ToDictionary(member => $"member {member} {new string('m', 300)}", member => member);

        foreach (var document in (object[])[new { units }, members, new { text = string.Concat(Enumerable.Repeat("😀", 60_000)) }])
        {
            var (json, note) = Of(JsonSerializer.Serialize(document), maxBytes);
            Assert.InRange(Encoding.UTF8.GetByteCount(json), 1, maxBytes);
            Assert.NotNull(JsonDocument.Parse(json));
            Assert.NotNull(note);
        }
    }

    private static (string Json, string? Note) Of(string json, int maxBytes)
    {
        var (bytes, note) = ShortenedJson.Of(Encoding.UTF8.GetBytes(json), maxBytes);
        return (Encoding.UTF8.GetString(bytes.Span), note);
    }
}
