namespace TenantHub.Server.Docs;

/// <summary>A document of the repository, as a page of the server.</summary>
/// <param name="Path">Where it lies in the repository: <c>docs/files.md</c>.</param>
/// <param name="Slug">Where it stands below <c>/docs/</c>: <c>files</c>.</param>
/// <param name="Title">Its first heading.</param>
/// <param name="Summary">Its first sentence.</param>
/// <param name="Html">Its content, with links that lead to pages of the server.</param>
/// <param name="Sections">Its parts, from heading to heading.</param>
public sealed record Doc(string Path, string Slug, string Title, string Summary, string Html, IReadOnlyList<DocSection> Sections)
{
    public string Url => DocContents.Home + "/" + Slug;
}

/// <summary>A heading, and what stands below it up to the next one.</summary>
/// <param name="Id">The heading's id in the page.</param>
/// <param name="Level">1 for the document's title.</param>
/// <param name="Heading">The heading.</param>
/// <param name="Text">The text without marks, code included.</param>
public sealed record DocSection(string Id, int Level, string Heading, string Text);

/// <summary>Documents that are read for the same reason.</summary>
public sealed record DocGroup(string Name, IReadOnlyList<Doc> Docs);
