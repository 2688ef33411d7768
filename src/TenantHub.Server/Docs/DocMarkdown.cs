using System.Globalization;
using System.Text;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace TenantHub.Server.Docs;

/// <summary>Makes a page of a Markdown document. HTML in it is shown as text.</summary>
internal static class DocMarkdown
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .DisableHtml()
        .Build();

    public static Doc Read(string path, string slug, string text)
    {
        var document = Markdown.Parse(text, Pipeline);
        Relink(document, path);
        UnescapeBars(document);
        var sections = Sections(document);
        var first = document.OfType<ParagraphBlock>().FirstOrDefault();
        return new(path, slug, sections[0].Heading, FirstSentence(first is null ? "" : TextOf(first)), Render(document), sections);
    }

    /// <summary>Where a link of a document leads on the server; null when it leads to a file that the server does not have.</summary>
    /// <param name="path">Where the document lies in the repository.</param>
    /// <param name="link">What the link says: an address, an anchor, or a file seen from the document's folder.</param>
    public static string? Target(string path, string link)
    {
        if (link.StartsWith("https://", StringComparison.Ordinal) || link.StartsWith("http://", StringComparison.Ordinal))
            return link;
        if (link.StartsWith('#'))
            return link;
        var (file, anchor) = link.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at ? (link[..at], link[at..]) : (link, "");
        var parts = new Stack<string>(path.Split('/')[..^1]);
        foreach (var part in file.Split('/'))
        {
            if (part is ".." && parts.Count > 0)
                parts.Pop();
            else if (part is not ("." or ".."))
                parts.Push(part);
        }

        return DocContents.UrlOf(string.Join('/', parts.Reverse())) is { } url ? url + anchor : null;
    }

    private static void Relink(MarkdownDocument document, string path)
    {
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            link.Url = Target(path, link.Url ?? "");
            if (link.Url is null)
                link.ReplaceBy(new ContainerInline()); // Its text stays.
        }
    }

    /// <summary>In a table a bar has a backslash before it; in code the parser leaves it there.</summary>
    private static void UnescapeBars(MarkdownDocument document)
    {
        foreach (var code in document.Descendants<Table>().SelectMany(table => table.Descendants<CodeInline>()))
            code.Content = code.Content.Replace("\\|", "|", StringComparison.Ordinal);
    }

    private static List<DocSection> Sections(MarkdownDocument document)
    {
        var sections = new List<DocSection>();
        var text = new StringBuilder();
        foreach (var block in document)
        {
            if (block is not HeadingBlock heading)
            {
                Append(block, text);
                continue;
            }

            End();
            sections.Add(new(heading.GetAttributes().Id ?? "", heading.Level, TextOf(heading), ""));
        }

        End();
        return sections;

        void End()
        {
            if (sections.Count > 0)
                sections[^1] = sections[^1] with { Text = Tidy(text) };
            text.Clear();
        }
    }

    private static string TextOf(Block block)
    {
        var text = new StringBuilder();
        Append(block, text);
        return Tidy(text);
    }

    private static string Tidy(StringBuilder text) =>
        string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static void Append(Block block, StringBuilder text)
    {
        switch (block)
        {
            case ContainerBlock container:
                foreach (var child in container)
                    Append(child, text);
                break;
            case CodeBlock code:
                text.Append(code.Lines.ToString()).Append(' ');
                break;
            case LeafBlock { Inline: { } inlines }:
                foreach (var inline in inlines.Descendants())
                {
                    text.Append(
                        inline switch
                        {
                            LiteralInline literal => literal.Content.ToString(),
                            CodeInline code => code.Content,
                            LineBreakInline => " ",
                            _ => "",
                        }
                    );
                }

                text.Append(' ');
                break;
        }
    }

    private static string FirstSentence(string text) =>
        text.IndexOf(". ", StringComparison.Ordinal) is > 0 and var end ? text[..(end + 1)] : text;

    private static string Render(MarkdownDocument document)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.ReplaceOrAdd<CodeBlockRenderer>(new CodeToCopy());
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlTableRenderer>(new WideTable());
        renderer.Render(document);
        return writer.ToString();
    }

    /// <summary>Code with a button that copies it; the keyboard can scroll it.</summary>
    private sealed class CodeToCopy : HtmlObjectRenderer<CodeBlock>
    {
        private int _count;

        protected override void Write(HtmlRenderer renderer, CodeBlock code)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"code-{++_count}");
            renderer.EnsureLine();
            renderer.Write($"<div class=\"paste\"><pre id=\"{id}\" tabindex=\"0\"><code>");
            renderer.WriteLeafRawLines(code, writeEndOfLines: true, escape: true);
            renderer.Write($"</code></pre><button type=\"button\" class=\"slim\" data-copy=\"{id}\">Copy</button></div>");
        }
    }

    /// <summary>A table that scrolls by itself; on a telephone its rows stand one below the other, and each cell says its column.</summary>
    private sealed class WideTable : HtmlTableRenderer
    {
        protected override void Write(HtmlRenderer renderer, Table table)
        {
            table.GetAttributes().AddClass("records");
            var columns = table.OfType<TableRow>().First().Select(TextOf).ToList();
            var labelled = columns.Count > 2 ? table.OfType<TableRow>().Skip(1) : []; // Of two, the second speaks of the first.
            foreach (var (cell, column) in labelled.SelectMany(row => row.Zip(columns).Skip(1)))
                cell.GetAttributes().AddProperty("data-label", column);
            renderer.Write("<div class=\"overflow\" tabindex=\"0\">");
            base.Write(renderer, table);
            renderer.Write("</div>");
        }
    }
}
