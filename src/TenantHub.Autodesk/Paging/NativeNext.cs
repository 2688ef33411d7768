using System.Globalization;
using System.Text.Json;
using TenantHub.Autodesk.Catalog;

namespace TenantHub.Autodesk.Paging;

/// <summary>
/// Finds Autodesk's next position in an answer, in whichever of the five styles. Only the position is taken out of a link; where the link
/// points is ignored, so an answer cannot send us to another host. What cannot be understood loses no row: when in doubt there is a next
/// page, and an empty one ends the list.
/// </summary>
internal static class NativeNext
{
    public static string? Find(ActionPaging paging, PageRequest page, JsonElement root, int rows) =>
        paging.Style switch
        {
            PagingStyle.OffsetLimitArray => MayGoOn(paging, page, rows) ? Number(page, rows) : null,
            PagingStyle.OffsetLimitResults => GoesOn(paging, page, root, rows) ? Number(page, rows) : null,
            PagingStyle.PageNumber => Link(root) is { } link ? NextNumber(page, FromQuery(link, paging.Position!)) : null,
            PagingStyle.StartAt => Other(page, root.Text("next") is { } next ? FromQuery(next, paging.Position!) : null),
            PagingStyle.PageState => Other(
                page,
                Link(root) is { Length: > 0 } state
                    ? FromQuery(state, paging.Position!) ?? (state.Contains('?', StringComparison.Ordinal) ? null : state)
                    : null
            ),
            _ => null,
        };

    /// <summary>A page that says nothing of its end may have been cut shorter than was asked for; one of Autodesk's own choice has its
    /// documented size.</summary>
    private static bool MayGoOn(ActionPaging paging, PageRequest page, int rows) =>
        rows > 0 && (page.NativeSize(paging) is not null || rows >= (paging.Default ?? 0));

    private static bool GoesOn(ActionPaging paging, PageRequest page, JsonElement root, int rows)
    {
        if (rows == 0)
            return false;
        if (root.Text("pagination", "nextUrl") is { Length: > 0 })
            return true;
        if (Total(root) is { } total)
            return Position(page) + rows < total;
        return root.Member("pagination", "nextUrl") is null && MayGoOn(paging, page, rows); // A nextUrl of null is the end.
    }

    private static double? Total(JsonElement root) =>
        root.Member("pagination", "totalResults") switch
        {
            { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
            { ValueKind: JsonValueKind.String } text
                when double.TryParse(text.Text(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };

    /// <summary>The page's number in the link; the next one when the link does not say, or leads back.</summary>
    private static string NextNumber(PageRequest page, string? linked) =>
        long.TryParse(linked, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > Position(page)
            ? linked!
            : Number(page, 1);

    private static string? Other(PageRequest page, string? position) => position == page.Position ? null : position; // A page that leads to itself would never end.

    private static string Number(PageRequest page, int more) => (Position(page) + more).ToString(CultureInfo.InvariantCulture);

    private static long Position(PageRequest page) =>
        long.TryParse(page.Position, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, int.MaxValue) : 0;

    /// <summary><c>links.next</c>, which is a string or an object with an href.</summary>
    private static string? Link(JsonElement root) => root.Text("links", "next") ?? root.Text("links", "next", "href");

    private static string? FromQuery(string link, string name)
    {
        var question = link.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
            return null;
        foreach (var pair in link[(question + 1)..].Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && Uri.UnescapeDataString(pair[..equals]) == name)
                return Uri.UnescapeDataString(pair[(equals + 1)..].Replace('+', ' '));
        }

        return null;
    }
}
