using System.Globalization;
using System.Text.Json;
using TenantHub.Autodesk.Catalog;

namespace TenantHub.Autodesk.Paging;

/// <summary>
/// Finds Autodesk's next position in an answer, in whichever of the five styles. Only the position is taken out of a link; where the link
/// points is ignored, so an answer cannot send us to another host.
/// </summary>
internal static class NativeNext
{
    public static string? Find(ActionPaging paging, PageRequest page, JsonElement root, int rows) => paging.Style switch
    {
        PagingStyle.OffsetLimitArray => rows > 0 && rows >= (page.NativeSize(paging) ?? paging.Default) ? Offset(page, rows) : null,
        PagingStyle.OffsetLimitResults => rows > 0 && Offset(page, rows) is { } offset && Total(root) is { } total && int.Parse(offset, CultureInfo.InvariantCulture) < total ? offset : null,
        PagingStyle.PageNumber => Link(root, "links", "next") is { } link ? FromQuery(link, paging.Position!) ?? NextNumber(page) : null,
        PagingStyle.StartAt => root.TryGetProperty("next", out var next) && next.ValueKind is JsonValueKind.String ? FromQuery(next.GetString()!, paging.Position!) : null,
        PagingStyle.PageState => Link(root, "links", "next") is { Length: > 0 } state ? FromQuery(state, paging.Position!) ?? (state.Contains('?', StringComparison.Ordinal) ? null : state) : null,
        _ => null,
    };

    private static string Offset(PageRequest page, int rows) =>
        ((page.Position is { } position ? int.Parse(position, CultureInfo.InvariantCulture) : 0) + rows).ToString(CultureInfo.InvariantCulture);

    private static string NextNumber(PageRequest page) =>
        ((page.Position is { } position ? int.Parse(position, CultureInfo.InvariantCulture) : 0) + 1).ToString(CultureInfo.InvariantCulture);

    private static int? Total(JsonElement root) =>
        root.TryGetProperty("pagination", out var pagination) && pagination.TryGetProperty("totalResults", out var total) && total.TryGetInt32(out var number) ? number : null;

    /// <summary>A link, which is a string or an object with an href.</summary>
    private static string? Link(JsonElement root, string parent, string name)
    {
        if (!root.TryGetProperty(parent, out var links) || links.ValueKind is not JsonValueKind.Object || !links.TryGetProperty(name, out var link)) return null;
        if (link.ValueKind is JsonValueKind.Object && link.TryGetProperty("href", out var href)) link = href;
        return link.ValueKind is JsonValueKind.String ? link.GetString() : null;
    }

    private static string? FromQuery(string link, string name)
    {
        var question = link.IndexOf('?', StringComparison.Ordinal);
        if (question < 0) return null;
        foreach (var pair in link[(question + 1)..].Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && Uri.UnescapeDataString(pair[..equals]) == name) return Uri.UnescapeDataString(pair[(equals + 1)..].Replace('+', ' '));
        }

        return null;
    }
}
