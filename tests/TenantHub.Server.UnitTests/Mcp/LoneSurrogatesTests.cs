using System.Text;
using Xunit;

namespace TenantHub.Server.Mcp;

public sealed class LoneSurrogatesTests
{
    [Theory]
    [InlineData(@"""a\ud800b""", @"""a\ufffdb""")]
    [InlineData(@"""a\udc00""", @"""a\ufffd""")]
    [InlineData(@"""\ud800\ud800\udc00""", @"""\ufffd\ud800\udc00""")]
    [InlineData(@"{""\uD83D"":1}", @"{""\ufffd"":1}")]
    [InlineData(@"""\ud83d\ude00""", @"""\ud83d\ude00""")]
    [InlineData(@"""\\ud800""", @"""\\ud800""")]
    [InlineData(@"""\\\ud800""", @"""\\\ufffd""")]
    [InlineData(@"""\n\u0000\ud800""", @"""\n\u0000\ufffd""")]
    [InlineData(@"""plain""", @"""plain""")]
    public void HalfALetter_IsAnUnknownOne_AndPairsStay(string json, string clean) =>
        Assert.Equal(clean, Encoding.UTF8.GetString(LoneSurrogates.Without(Encoding.UTF8.GetBytes(json)).Span));
}
