using System.Buffers;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Isolation;
using TenantHub.Errors;

namespace TenantHub.Autodesk.Paging;

/// <summary>
/// What goes to the caller: Autodesk's body, untouched wherever possible, and the cursor of the next page. It is written anew in two cases
/// only: rows are cut out because Autodesk does not page that list as the caller wishes, or rows of other accounts are in it. Then the links
/// to Autodesk's next page go too: they can name another account's thing.
/// </summary>
public static class ApsPaging
{
    /// <summary>Makes the result of a successful answer; a failed one when Autodesk's list cannot be read.</summary>
    public static ActionResult Conclude(ActionDefinition action, ActionRequest request, LinkedAccountContext context, ApsResponse.Answered answer, AnswerReading? reading = null)
    {
        if (answer.Body is not { } body) return new ActionResult.Succeeded(answer.Status, WithoutBody(answer), null);
        if (action.Paging is not { } paging)
        {
            reading?.Look(action, body);
            return new ActionResult.Succeeded(answer.Status, body, null);
        }

        try
        {
            using var document = JsonDocument.Parse(body.Memory);
            reading?.Look(action, document.RootElement);
            var (data, next) = Page(action, paging, PageRequest.Read(action, request), reading ?? new AnswerReading(), context, body, document.RootElement);
            return new ActionResult.Succeeded(answer.Status, data, next?.Encode());
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            return new HubError(ErrorCode.AutodeskUnavailable, ErrorSource.AutodeskApi, $"Autodesk answered {answer.Status} with a list that cannot be read.")
            {
                NextStep = "Try again; if it lasts, report it with the traceId.",
                Provider = new ProviderError(answer.Status, answer.Path, null),
            };
        }
    }

    /// <summary>The ids of the rows of a list, by which their owner is looked up.</summary>
    public static IReadOnlyCollection<string> RowIds(ActionPaging paging, JsonBytes body)
    {
        ArgumentNullException.ThrowIfNull(paging);
        ArgumentNullException.ThrowIfNull(body);
        try
        {
            using var document = JsonDocument.Parse(body.Memory);
            return Rows(document.RootElement, paging) is { } rows ? [.. rows.EnumerateArray().Select(row => AnswerReading.Text(row, paging.Own!.Id)).OfType<string>().Distinct()] : [];
        }
        catch (JsonException)
        {
            return []; // Conclude says so.
        }
    }

    /// <summary>The request with the position that its cursor hides put back; null when nobody knows it any more.</summary>
    public static ActionRequest? Reveal(ActionDefinition action, ActionRequest request, Func<string, string?> reveal)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(reveal);
        if (!request.Query.TryGetValue(PageRequest.NextName, out var next) || PageCursor.Decode(next[0], action.Id) is not { Position: { } hidden } cursor || !HiddenPositions.IsHidden(hidden)) return request;
        return reveal(hidden) is { } position
            ? request with { Query = new Dictionary<string, string[]>(request.Query) { [PageRequest.NextName] = [(cursor with { Position = position }).Encode()] } }
            : null;
    }

    private static (JsonBytes Data, PageCursor? Next) Page(
        ActionDefinition action, ActionPaging paging, PageRequest page, AnswerReading reading, LinkedAccountContext context, JsonBytes body, JsonElement root)
    {
        if (Rows(root, paging) is not { } array) return (body, null);
        var rows = array.EnumerateArray().Where(row => paging.Own is not { } own || (own.Kind is ResourceKind.Hub ? IsOwnHub(row, own, context) : reading.MayShow(row, own.Id))).ToList();
        var position = NativeNext.Find(paging, page, root, rows.Count);
        if (rows.Count < array.GetArrayLength() && position is not null) position = reading.Hide(position);
        var next = position is null ? null : new PageCursor(action.Id, position, page.Size, 0);
        if (paging.Size is not null || page is { Size: null, Skip: 0 })
            return (rows.Count == array.GetArrayLength() ? body : Rewrite(root, paging, rows), next);

        // Autodesk does not page this list as the caller wishes: the rest of its page is given out before the next one is asked for.
        var slice = rows.Skip(page.Skip).Take(page.Size ?? rows.Count).ToList();
        if (page.Skip + slice.Count < rows.Count) next = new PageCursor(action.Id, page.Position is { } here ? reading.Hide(here) : null, page.Size, page.Skip + slice.Count);
        return (slice.Count == array.GetArrayLength() ? body : Rewrite(root, paging, slice), next);
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

    private static bool IsOwnHub(JsonElement hub, OwnRows own, LinkedAccountContext context) =>
        string.Equals(AnswerReading.Text(hub, own.Id), context.HubId, StringComparison.OrdinalIgnoreCase);

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
                    if (paging.Own is { Kind: not ResourceKind.Hub } && (member.NameEquals("next") || member.NameEquals("links"))) continue;
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
