using System.Collections.Frozen;
using System.Text.RegularExpressions;
using TenantHub.Server.Docs;

namespace TenantHub.Server.Errors;

/// <summary>What docs/errors.md says of each error code: the pages show it beside a call that failed.</summary>
internal static partial class ErrorGuide
{
    private static readonly Lazy<FrozenDictionary<string, ErrorAdvice>> All = new(Read);

    /// <summary>What is said of the outcome; null for one that is no error code.</summary>
    public static ErrorAdvice? Find(string outcome) => All.Value.GetValueOrDefault(outcome);

    private static FrozenDictionary<string, ErrorAdvice> Read() =>
        DocContents
            .TextOf("docs/errors.md")
            .Split("\n## ")
            .Skip(1)
            .Select(section => section.Split('\n', 2))
            .ToFrozenDictionary(parts => parts[0].Trim(), parts => Parse(parts[1]));

    /// <summary>A section begins with "429, hub. ": the status, and whose fault it is.</summary>
    private static ErrorAdvice Parse(string section)
    {
        var text = Marks().Replace(section.Trim().ReplaceLineEndings(" "), "$1");
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        return comma > 0 && end > comma ? new(text[(comma + 1)..end].Trim(), text[(end + 2)..]) : new("", text);
    }

    /// <summary>Links and emphasis of Markdown.</summary>
    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)|\*")]
    private static partial Regex Marks();
}

/// <summary>What is known of an error code.</summary>
/// <param name="Source">Whose fault it is.</param>
/// <param name="Text">What it means and what to do, with code in backticks.</param>
internal sealed record ErrorAdvice(string Source, string Text);
