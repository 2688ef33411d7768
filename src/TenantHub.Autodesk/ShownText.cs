namespace TenantHub.Autodesk;

/// <summary>Names and labels, which people read among others.</summary>
public static class ShownText
{
    /// <summary>Whether a text steers how it, and what stands behind it, is shown: control characters, and those that turn the direction of
    /// writing.</summary>
    /// <param name="text">The text.</param>
    public static bool Steers(string text) => text.Any(char.IsControl) || TurnsDirection(text);

    /// <summary>Whether a text has one of Unicode's embeddings, overrides and isolates. Its plain marks change no order by themselves, and Arabic and
    /// Hebrew names have them.</summary>
    /// <param name="text">The text.</param>
    public static bool TurnsDirection(string text) =>
        text.Any(letter => letter is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));
}
