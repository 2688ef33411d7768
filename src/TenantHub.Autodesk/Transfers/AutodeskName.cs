using System.Buffers;
using System.Globalization;
using System.Text;

namespace TenantHub.Autodesk.Transfers;

/// <summary>The one rule for the names of files and folders, however they are given: at an upload, when something is created, when it is
/// renamed.</summary>
internal static class AutodeskName
{
    private const int MaxLength = 255;
    private static readonly SearchValues<char> Refused = SearchValues.Create("<>:\"/\\|?*`");

    /// <summary>Tells what is wrong with a name; null when it may be used.</summary>
    public static string? FaultOf(string name)
    {
        if (name.EnumerateRunes().All(IsInvisible))
            return "must not be blank.";
        if (name.Length > MaxLength)
            return $"must have at most {MaxLength} characters.";
        if (name is "." or "..")
            return "must be a name, not a step in a path.";
        if (name.AsSpan().ContainsAny(Refused))
            return "must have none of < > : \" / \\ | ? * and the backtick, which Autodesk refuses.";
        if (name.Any(letter => char.IsControl(letter) || letter is '\u2028' or '\u2029'))
            return "must not hold control characters or line breaks.";
        if (name.EnumerateRunes().Any(IsTag))
            return "must not hold Unicode's tag characters: nobody sees them.";
        return ShownText.TurnsDirection(name)
            ? "must not hold characters that turn the direction of writing: they make a name look like another one."
            : null;
    }

    /// <summary>White space, and what has no face of its own: joiners, marks of direction, the byte order mark.</summary>
    private static bool IsInvisible(Rune letter) =>
        Rune.IsWhiteSpace(letter)
        || Rune.GetUnicodeCategory(letter) is UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.OtherNotAssigned;

    private static bool IsTag(Rune letter) => letter.Value is >= 0xE0000 and <= 0xE007F;
}
