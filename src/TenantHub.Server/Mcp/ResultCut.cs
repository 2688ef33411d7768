using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Paging;

namespace TenantHub.Server.Mcp;

/// <summary>
/// Long lists are cut at whole rows, so that no result fills a model's memory. What was left out comes with the next cursor, which is the
/// page's own with the number of rows before it, with the size that was asked for, and with a name of the list, because rows of another one
/// would be passed over: <c>cut.25-100.1f2e3d4c.&lt;cursor&gt;</c>. What the cursor says of the size counts, because the rows before it are
/// counted in such pages.
/// </summary>
internal static class ResultCut
{
    private const string Prefix = "cut.";
    private const int NameLength = 8;

    /// <summary>Takes the rows to skip out of a call's cursor. What is no such cursor, or another list's, stays, and is refused as one that
    /// nobody knows.</summary>
    public static (ActionRequest Call, int Skip) Read(ActionDefinition? action, ActionRequest call)
    {
        if (
            action is null
            || !call.Query.TryGetValue(ApsPaging.NextName, out var given)
            || given is not [var next]
            || !next.StartsWith(Prefix, StringComparison.Ordinal)
            || next.Split('.', 4) is not [_, var rows, var list, var cursor]
            || list != NameOf(action, call)
            || rows.Split('-', 2) is not [var before, .. var size]
            || !int.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var skip)
        )
            return (call, 0);
        var query = new Dictionary<string, string[]>(call.Query);
        query.Remove(ApsPaging.SizeName);
        if (size.Length > 0)
            query[ApsPaging.SizeName] = size;
        if (cursor.Length > 0)
            query[ApsPaging.NextName] = [cursor];
        else
            query.Remove(ApsPaging.NextName);
        return (call with { Query = query }, skip);
    }

    /// <summary>Writes a page without the rows to skip and those that are too many; gives what the reader has to know of it.</summary>
    public static (string? Next, string? Note) Write(
        Utf8JsonWriter writer,
        JsonElement page,
        ActionDefinition action,
        ActionRequest call,
        int skip,
        string? next,
        int maxBytes
    )
    {
        var (member, rows) = Rows(page, action);
        var size = JsonMarshal.GetRawUtf8Value(page).Length;
        if (rows is not { } array || (skip == 0 && size <= maxBytes))
        {
            page.WriteTo(writer);
            return (next, null);
        }

        var all = array.GetArrayLength();
        var included = member is null ? null : IncludedResources.Of(page);
        var around = size - JsonMarshal.GetRawUtf8Value(array).Length - (included?.Bytes ?? 0);
        var shown = Fitting(array, included, skip, maxBytes - around);
        if (member is null)
            WriteRows(writer, array, skip, shown);
        else
        {
            writer.WriteStartObject();
            foreach (var property in page.EnumerateObject())
            {
                writer.WritePropertyName(property.Name);
                if (property.NameEquals(member))
                    WriteRows(writer, array, skip, shown);
                else if (included is not null && property.NameEquals(IncludedResources.Member))
                    included.WriteKept(writer);
                else
                    property.Value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        var end = skip + shown;
        if (end >= all)
            return (next, null);
        var page0 = call.Query.TryGetValue(ApsPaging.NextName, out var here) ? here[0] : "";
        var asked = SizeOf(call, action) is { } rowsOfPage ? "-" + rowsOfPage : "";
        return (
            string.Create(CultureInfo.InvariantCulture, $"{Prefix}{end}{asked}.{NameOf(action, call)}.{page0}"),
            $"Rows {skip + 1} to {end} of the {all} of this page; give query.next for the others."
        );
    }

    private static string NameOf(ActionDefinition action, ActionRequest call)
    {
        var query = new Dictionary<string, string[]>(call.Query);
        foreach (var name in (string?[])[ApsPaging.NextName, ApsPaging.SizeName, action.Paging?.Size])
        {
            if (name is not null)
                query.Remove(name);
        }

        return CanonicalCall.HashOf(action, call with { Query = query })[..NameLength];
    }

    private static string? SizeOf(ActionRequest call, ActionDefinition action) =>
        call.Query.TryGetValue(ApsPaging.SizeName, out var size) ? size[0]
        : action.Paging?.Size is { } native && call.Query.TryGetValue(native, out size) ? size[0]
        : null;

    /// <summary>At least one row, whatever its size: else nobody would get any further.</summary>
    private static int Fitting(JsonElement rows, IncludedResources? included, int skip, int maxBytes)
    {
        var (shown, bytes) = (0, 0);
        foreach (var row in rows.EnumerateArray().Skip(skip))
        {
            var needed = included?.ReferredBy(row) ?? [];
            bytes += Length(row) + needed.Sum(Length);
            if (shown > 0 && bytes > maxBytes)
                break;
            included?.Keep(needed);
            shown++;
        }

        return shown;

        static int Length(JsonElement value) => JsonMarshal.GetRawUtf8Value(value).Length + 1; // And a comma.
    }

    private static (string? Member, JsonElement? Rows) Rows(JsonElement page, ActionDefinition action)
    {
        if (action.Paging is not { } paging)
            return (null, null);
        if (paging.Rows.Length == 0)
            return (null, page.ValueKind is JsonValueKind.Array ? page : null);
        return
            page.ValueKind is JsonValueKind.Object
            && page.TryGetProperty(paging.Rows, out var rows)
            && rows.ValueKind is JsonValueKind.Array
            ? (paging.Rows, rows)
            : (null, null);
    }

    private static void WriteRows(Utf8JsonWriter writer, JsonElement rows, int skip, int count)
    {
        writer.WriteStartArray();
        foreach (var row in rows.EnumerateArray().Skip(skip).Take(count))
            row.WriteTo(writer);
        writer.WriteEndArray();
    }
}
