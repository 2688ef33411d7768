namespace TenantHub.Server.Docs;

/// <summary>Finds the sections that hold all words of a search.</summary>
internal static class DocSearch
{
    public const int MaxLetters = 100;
    private const int MaxFound = 40;
    private const int Before = 60;
    private const int Excerpt = 220;

    /// <summary>The best first: a word in a heading counts more than one in the text.</summary>
    public static IReadOnlyList<DocFound> Find(IEnumerable<Doc> docs, string search)
    {
        var words = search.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (words.Count == 0)
            return [];
        return
        [
            .. docs.SelectMany(doc => doc.Sections.Select(section => (Doc: doc, Section: section, Score: Score(doc, section, words))))
                .Where(found => found.Score > 0)
                .OrderByDescending(found => found.Score)
                .Take(MaxFound)
                .Select(found => new DocFound(found.Doc, found.Section, Cut(found.Section.Text, words))),
        ];
    }

    /// <summary>Zero when a word is missing.</summary>
    private static int Score(Doc doc, DocSection section, List<string> words)
    {
        var score = 0;
        foreach (var word in words)
        {
            var (inHeading, inText) = (Has(section.Heading, word), Has(section.Text, word));
            if (!inHeading && !inText)
                return 0;
            score += (inHeading ? 8 : 0) + (inHeading && Has(doc.Title, word) ? 4 : 0) + (inText ? 1 : 0);
        }

        return score;
    }

    /// <summary>The text around the first word, in pieces: those that are searched for, and those between.</summary>
    private static List<DocPiece> Cut(string text, List<string> words)
    {
        var places = words.Select(word => text.IndexOf(word, StringComparison.OrdinalIgnoreCase)).Where(at => at >= 0);
        var first = places.DefaultIfEmpty(0).Min();
        var start = first <= Before ? 0 : text.IndexOf(' ', first - Before) + 1;
        var end = text.Length - start <= Excerpt ? text.Length : text.LastIndexOf(' ', start + Excerpt);
        if (end <= start)
            end = Math.Min(text.Length, start + Excerpt);
        var pieces = new List<DocPiece>();
        if (start > 0)
            pieces.Add(new("… ", false));
        while (start < end)
        {
            var next = words
                .Select(word => (At: text.IndexOf(word, start, end - start, StringComparison.OrdinalIgnoreCase), word.Length))
                .Where(found => found.At >= 0)
                .DefaultIfEmpty((end, 0))
                .MinBy(found => found.Item1);
            if (next.Item1 > start)
                pieces.Add(new(text[start..next.Item1], false));
            if (next.Item2 > 0)
                pieces.Add(new(text.Substring(next.Item1, next.Item2), true));
            start = next.Item1 + next.Item2;
        }

        if (end < text.Length)
            pieces.Add(new(" …", false));
        return pieces;
    }

    private static bool Has(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A section that was found, and the part of its text around the words.</summary>
public sealed record DocFound(Doc Doc, DocSection Section, IReadOnlyList<DocPiece> Pieces);

/// <summary>A piece of text.</summary>
/// <param name="Text">The text.</param>
/// <param name="IsWord">Whether it is a word that was searched for.</param>
public sealed record DocPiece(string Text, bool IsWord);
