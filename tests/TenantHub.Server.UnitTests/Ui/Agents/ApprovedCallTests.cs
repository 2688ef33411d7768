using System.Text.Json.Nodes;
using Xunit;

namespace TenantHub.Server.Ui.Agents;

/// <summary>Who approves a call sees all of it.</summary>
public sealed class ApprovedCallTests
{
    [Fact]
    public void LongText_HidesNothingBehindIt()
    {
        var text = ApprovedCall.Text(
            JsonBytes.From(new { action = "a", body = new { padding = new string('x', 93_000), data = new { type = "Deleted" } } })
        );

        Assert.True(text.Length < 2_000, text);
        Assert.Contains("(93000 characters; the whole is in the file)", text, StringComparison.Ordinal);
        Assert.Equal("Deleted", (string)JsonNode.Parse(text)!["body"]!["data"]!["type"]!);
    }

    [Fact]
    public void ManyMembers_StandLast()
    {
        var padding = Enumerable.Range(0, 1_000).ToDictionary(i => $"n{i}", i => $"{i}");

        var text = ApprovedCall.Text(JsonBytes.From(new { action = "a", body = new { padding, data = new { type = "Deleted" } } }));

        Assert.InRange(text.IndexOf("Deleted", StringComparison.Ordinal), 0, 200);
    }

    [Fact]
    public void FilesBytes_AreToldBySizeAndHash()
    {
        var text = ApprovedCall.Text(JsonBytes.From(new { body = new { content = Convert.ToBase64String("file"u8) } }));

        Assert.Contains(
            "(4 bytes, SHA-256 3b9c358f36f0a31b6ad3e14f309c7cf198ac9246e8316f9ce543d5b19ac02b80)",
            text,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(
        "plain, Grundri\u00DF, \u56F3\u9762, \u0645\u062E\u0637\u0637",
        "plain, Grundri\u00DF, \u56F3\u9762, \u0645\u062E\u0637\u0637"
    )]
    [InlineData("a\u00A0b", "a\\u{00A0}b")]
    [InlineData("a\u202Eb", "a\\u{202E}b")]
    [InlineData("a\u200Bb", "a\\u{200B}b")]
    [InlineData("a\u3164b", "a\\u{3164}b")]
    [InlineData("a\U000E0041b", "a\\u{E0041}b")]
    [InlineData("a\tb\nc", "a\\u{0009}b\nc")]
    public void WhatNobodySees_IsWrittenOut(string text, string shown) => Assert.Equal(shown, VisibleText.Of(text));

    [Fact]
    public void WhatIsAskedForAnUpload_IsNotPlanned() =>
        Assert.Equal(
            """{"action":"a"}""",
            JsonNode
                .Parse(ApprovedCall.ForPlan(JsonBytes.From(new { action = "a", upload = new { mode = "through" } })).Span)!
                .ToJsonString()
        );
}
