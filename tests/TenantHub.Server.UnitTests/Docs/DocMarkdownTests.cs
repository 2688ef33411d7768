using Xunit;

namespace TenantHub.Server.Docs;

public sealed class DocMarkdownTests
{
    [Theory]
    [InlineData("docs/cli.md", "client.md", "/docs/client")]
    [InlineData("docs/cli.md", "errors.md#not_this_account", "/docs/errors#not_this_account")]
    [InlineData("docs/cli.md", "./adr/0013-isolation.md", "/docs/adr/0013-isolation")]
    [InlineData("docs/adr/0013-isolation.md", "../security.md", "/docs/security")]
    [InlineData("docs/security.md", "../deploy/runbook.md#parts-and-ports", "/docs/runbook#parts-and-ports")]
    [InlineData("deploy/runbook.md", "../docs/ARCHITECTURE.md", "/docs/architecture")]
    [InlineData("docs/performance.md", "images/load-ramp-latency.svg", "/docs/images/load-ramp-latency.svg")]
    [InlineData("docs/cli.md", "#rules", "#rules")]
    [InlineData("docs/cli.md", "https://example.com/a", "https://example.com/a")]
    [InlineData("docs/performance.md", "../tests/TenantHub.LoadTests/limits.json", null)]
    [InlineData("docs/cli.md", "../../../etc/passwd", null)]
    [InlineData("docs/cli.md", "javascript:alert(1)", null)]
    public void LinkOfADocument_LeadsToItsPage_OrNowhere(string document, string link, string? target) =>
        Assert.Equal(target, DocMarkdown.Target(document, link));

    /// <summary>In a table a bar is written with a backslash before it, also in code.</summary>
    [Fact]
    public void BarInATable_IsShownWithoutItsBackslash()
    {
        var doc = DocMarkdown.Read(
            "docs/x.md",
            "x",
            """
            # X

            | A | B |
            |---|---|
            | `up\|down` | a \| b |

            Outside `a\|b` stays.
            """
        );

        Assert.Contains("<code>up|down</code>", doc.Html, StringComparison.Ordinal);
        Assert.Contains("<td>a | b</td>", doc.Html, StringComparison.Ordinal);
        Assert.Contains("<code>a\\|b</code>", doc.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Document_BecomesAPage_AndItsHtmlStaysText()
    {
        var doc = DocMarkdown.Read(
            "docs/x.md",
            "x",
            """
            # A `title` here

            First sentence. Second one, with [code](../global.json) and <script>alert(1)</script>.

            ## not_this_account
            | A | B |
            |---|---|
            | 1 | `two` |

            ```sh
            echo "<b>"
            ```
            """
        );

        Assert.Equal(("A title here", "First sentence."), (doc.Title, doc.Summary));
        Assert.Equal(["a-title-here", "not_this_account"], doc.Sections.Select(section => section.Id));
        Assert.Equal("A B 1 two echo \"<b>\"", doc.Sections[1].Text);
        Assert.Contains("<h2 id=\"not_this_account\">", doc.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", doc.Html, StringComparison.Ordinal);
        Assert.Contains("echo &quot;&lt;b&gt;&quot;", doc.Html, StringComparison.Ordinal);
        Assert.Contains("with code and", doc.Html, StringComparison.Ordinal); // A file that the server does not have is no link.
        Assert.DoesNotContain("<script", doc.Html, StringComparison.Ordinal);
    }
}
