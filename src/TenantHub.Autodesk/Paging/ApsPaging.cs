using System.Buffers;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;

namespace TenantHub.Autodesk.Paging;

/// <summary>
/// What goes to the caller: Autodesk's body, untouched wherever possible, and the cursor of the next page. It is written anew in two cases
/// only: rows are cut out because Autodesk does not page that list as the caller wishes, or hubs of other accounts are in it.
/// </summary>
public static class ApsPaging
{
    /// <summary>Concludes a successful answer.</summary>
    /// <returns>The data and the cursor of the next page, each null when there is none.</returns>
    public static (JsonBytes? Data, string? Next) Conclude(ActionDefinition action, ActionRequest request, LinkedAccountContext context, ApsResponse.Answered answer)
    {
        if (answer.Body is not { } body) return (WithoutBody(answer), null);
        if (action.Paging is not { } paging) return (body, null);

        var page = PageRequest.Read(action, request);
        using var document = JsonDocument.Parse(body.Memory);
        if (Rows(document.RootElement, paging) is not { } array) return (body, null);

        var rows = array.EnumerateArray().Where(row => !paging.OwnHubOnly || IsOwnHub(row, context)).ToList();
        var next = NativeNext.Find(paging, page, document.RootElement, rows.Count);
        if (paging.Size is not null || page is { Size: null, Skip: 0 })
        {
            var cursor = next is null ? null : new PageCursor(action.Id, next, page.Size, 0).Encode();
            return (rows.Count == array.GetArrayLength() ? body : Rewrite(document.RootElement, paging, rows), cursor);
        }

        var slice = rows.Skip(page.Skip).Take(page.Size ?? rows.Count).ToList();
        var more = page.Skip + slice.Count < rows.Count;
        var following = more ? new PageCursor(action.Id, page.Position, page.Size, page.Skip + slice.Count)
            : next is null ? null
            : new PageCursor(action.Id, next, page.Size, 0);
        return (slice.Count == array.GetArrayLength() ? body : Rewrite(document.RootElement, paging, slice), following?.Encode());
    }

    /// <summary>Where Autodesk creates something and answers with its address only, the address is the data.</summary>
    private static JsonBytes? WithoutBody(ApsResponse.Answered answer) => answer.Location is not { Length: > 0 } location
        ? null
        : JsonBytes.From(new { id = Uri.UnescapeDataString(location[(location.LastIndexOf('/') + 1)..]), location });

    private static JsonElement? Rows(JsonElement root, ActionPaging paging)
    {
        var rows = root;
        if (paging.Rows.Length > 0 && (root.ValueKind is not JsonValueKind.Object || !root.TryGetProperty(paging.Rows, out rows))) return null;
        return rows.ValueKind is JsonValueKind.Array ? rows : null;
    }

    private static bool IsOwnHub(JsonElement hub, LinkedAccountContext context) =>
        hub.TryGetProperty("id", out var id) && string.Equals(id.GetString(), context.HubId, StringComparison.OrdinalIgnoreCase);

    private static JsonBytes Rewrite(JsonElement root, ActionPaging paging, List<JsonElement> rows)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            if (paging.Rows.Length == 0)
            {
                WriteRows(writer, rows);
            }
            else
            {
                writer.WriteStartObject();
                foreach (var member in root.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    if (member.NameEquals(paging.Rows)) WriteRows(writer, rows);
                    else member.Value.WriteTo(writer);
                }

                writer.WriteEndObject();
            }
        }

        return new JsonBytes(buffer.WrittenSpan.ToArray());
    }

    private static void WriteRows(Utf8JsonWriter writer, List<JsonElement> rows)
    {
        writer.WriteStartArray();
        foreach (var row in rows) row.WriteTo(writer);
        writer.WriteEndArray();
    }
}
