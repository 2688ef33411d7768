namespace TenantHub;

/// <summary>Names and labels, which people read among others.</summary>
public static class ShownText
{
    /// <summary>Whether a text steers how it, and what stands behind it, is shown: control characters, and those of direction.</summary>
    /// <param name="text">The text.</param>
    public static bool Steers(string text) => text.Any(letter => char.IsControl(letter) || IsOfDirection(letter));

    private static bool IsOfDirection(char letter) =>
        letter is '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
