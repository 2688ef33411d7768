using Xunit;

namespace TenantHub.Server.Docs;

public sealed class DocSearchTests
{
    private static readonly Doc[] Docs =
    [
        Doc("files", "# Files\nOf any size.\n## Memory\nA part has at least 5 MiB.\n## Trees\nFolders, and the memory of them."),
        Doc("errors", "# Errors\nWhat failed.\n## lane_full\nToo many calls wait."),
    ];

    [Theory]
    [InlineData("memory", "memory", "trees")] // The heading counts more than the text.
    [InlineData("LANE_full", "lane_full")]
    [InlineData("calls wait", "lane_full")]
    [InlineData("calls memory")] // No section holds both.
    [InlineData("  ")]
    public void SectionsAreFound_ThatHoldAllWords_TheBestFirst(string search, params string[] sections) =>
        Assert.Equal(sections, DocSearch.Find(Docs, search).Select(found => found.Section.Id));

    [Fact]
    public void Excerpt_ShowsTheWord_AndWhatStandsAroundIt()
    {
        var text = string.Join(' ', Enumerable.Repeat("before", 60)) + " needle " + string.Join(' ', Enumerable.Repeat("after", 60));

        var pieces = Assert.Single(DocSearch.Find([Doc("x", "# X\n" + text)], "Needle")).Pieces;

        Assert.Equal("needle", Assert.Single(pieces, piece => piece.IsWord).Text);
        Assert.StartsWith("… before", string.Concat(pieces.Select(piece => piece.Text)), StringComparison.Ordinal);
        Assert.EndsWith("after …", string.Concat(pieces.Select(piece => piece.Text)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b")]
    [InlineData("bb b")]
    [InlineData("a b")]
    public void Excerpt_OfTextWithoutSpaces_Ends(string search) =>
        Assert.NotEmpty(DocSearch.Find([Doc("x", "# X b\n" + new string('a', 500) + new string('b', 500))], search));

    private static Doc Doc(string slug, string text) => DocMarkdown.Read($"docs/{slug}.md", slug, text);
}
