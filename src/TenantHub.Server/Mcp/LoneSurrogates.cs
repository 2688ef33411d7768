using System.Globalization;

namespace TenantHub.Server.Mcp;

/// <summary>Half of a pair of surrogates is a letter of no text, and no writer takes it: Autodesk's JSON may hold one in an escape
/// (<c>\ud800</c>). It becomes the sign for an unknown letter, so that the rest can be read.</summary>
internal static class LoneSurrogates
{
    private const int EscapeLength = 6;
    private static readonly byte[] Unknown = @"\ufffd"u8.ToArray();

    /// <summary>The document without them; the same one when it has none.</summary>
    public static ReadOnlyMemory<byte> Without(ReadOnlyMemory<byte> json)
    {
        byte[]? clean = null;
        for (var at = Next(json.Span, 0); at >= 0; )
        {
            var first = UnitAt(json.Span, at);
            var isPair = char.IsHighSurrogate(first) && char.IsLowSurrogate(UnitAt(json.Span, at + EscapeLength));
            if (char.IsSurrogate(first) && !isPair)
                Unknown.CopyTo(clean ??= json.ToArray(), at);
            at = Next(
                json.Span,
                at
                    + (
                        isPair ? 2 * EscapeLength
                        : UnitAt(json.Span, at) == default ? 2
                        : EscapeLength
                    )
            );
        }

        return clean ?? json;
    }

    /// <summary>Where the next escape stands, from a place on that is in none; -1 when there is none.</summary>
    private static int Next(ReadOnlySpan<byte> json, int from)
    {
        if (from >= json.Length)
            return -1;
        var found = json[from..].IndexOf((byte)'\\');
        return found < 0 ? -1 : from + found;
    }

    /// <summary>The letter that an escape stands for; NUL when it is none of a letter.</summary>
    private static char UnitAt(ReadOnlySpan<byte> json, int at) =>
        at + EscapeLength <= json.Length
        && json[at] == '\\'
        && json[at + 1] == 'u'
        && ushort.TryParse(json.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : default;
}
