using System.Globalization;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;

namespace TenantHub.Autodesk.Paging;

/// <summary>What page a call asks for, in our uniform words (<c>page_size</c>, <c>next</c>) or in Autodesk's own.</summary>
/// <param name="Position">Autodesk's position; null for the first page.</param>
/// <param name="Size">The rows that the caller wants; null for Autodesk's default.</param>
/// <param name="Skip">How many rows of Autodesk's page were given out before.</param>
internal sealed record PageRequest(string? Position, int? Size, int Skip)
{
    public const int MaxPageSize = 1000;
    public const string SizeName = "page_size";
    public const string NextName = "next";

    private static readonly PageRequest First = new(null, null, 0);

    /// <summary>Reads a validated request.</summary>
    public static PageRequest Read(ActionDefinition action, ActionRequest request)
    {
        if (action.Paging is not { } paging || request.Query.Count == 0)
            return First;
        var size = Number(request, SizeName);
        if (request.Query.TryGetValue(NextName, out var next) && PageCursor.Decode(next[0], action.Id) is { } cursor)
            return new(cursor.Position, size ?? cursor.Size, cursor.Skip);
        var position = paging.Position is { } name && request.Query.TryGetValue(name, out var given) ? given[0] : null;
        return new(position, size ?? (paging.Size is { } native ? Number(request, native) : null), 0);
    }

    /// <summary>The rows to ask Autodesk for; null when Autodesk does not let the caller choose, or nobody chose.</summary>
    public int? NativeSize(ActionPaging paging) =>
        paging.Size is null ? null
        : Size is { } size ? Math.Min(size, paging.Max ?? size)
        : null;

    private static int? Number(ActionRequest request, string name) =>
        request.Query.TryGetValue(name, out var text)
        && int.TryParse(text[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
