using System.Text.RegularExpressions;
using TenantHub.Errors;
using TenantHub.Server.Docs;
using Xunit;

namespace TenantHub.Server.Errors;

public sealed class ErrorCodeTests(ServerFixture fixture)
{
    [Fact]
    public void EveryCode_HasAStatus()
    {
        foreach (var code in Enum.GetValues<ErrorCode>())
        {
            var status = ErrorStatus.Of(new ServiceError(code, ErrorSource.Hub, "x"));
            if (code is ErrorCode.ApprovalRequired)
                Assert.Equal(202, status); // It waits; nothing is wrong.
            else
                Assert.InRange(status, 400, 599);
        }
    }

    [Fact]
    public async Task EveryCode_HasItsSectionInTheServedList_AndNoOther()
    {
        using var client = fixture.Hub.NewClient(null);
        var page = await client.GetStringAsync(new Uri("/docs/errors", UriKind.Relative), TestContext.Current.CancellationToken);

        var sections = Regex.Matches(page, "<h2 id=\"(.+)\">\\1</h2>").Select(match => match.Groups[1].Value);

        Assert.Equal(Enum.GetValues<ErrorCode>().Select(code => WireName.Of(code)).Order(), sections.Order());
    }

    [Fact]
    public void SectionsNameTheStatusThatIsSent()
    {
        var page = DocContents.TextOf("docs/errors.md");
        foreach (var code in Enum.GetValues<ErrorCode>().Where(code => code is not ErrorCode.AutodeskRejected))
        {
            var status = Regex.Match(page, $@"^## {WireName.Of(code)}\r?\n(\d+),", RegexOptions.Multiline).Groups[1].Value;
            Assert.Equal($"{ErrorStatus.Of(new ServiceError(code, ErrorSource.Hub, "x"))}", status);
        }
    }

    [Fact]
    public void SectionsAreShownBesideFailedCalls_WithWhoseFaultItIs_AndWithoutMarkdown()
    {
        var sources = Enum.GetValues<ErrorSource>().Select(WireName.Of).ToList();
        foreach (var advice in Enum.GetValues<ErrorCode>().Select(code => ErrorGuide.Find(WireName.Of(code))))
        {
            Assert.Contains(advice!.Source, sources);
            Assert.DoesNotMatch(@"\]\(|\*", advice.Text);
        }

        Assert.Null(ErrorGuide.Find("succeeded"));
    }
}
