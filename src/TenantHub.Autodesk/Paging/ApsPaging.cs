using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Isolation;
using TenantHub.Errors;

namespace TenantHub.Autodesk.Paging;

/// <summary>
/// What goes to the caller: Autodesk's body, untouched wherever possible, and the cursor of the next page. It is written anew in two cases
/// only: rows are cut out because Autodesk does not page that list as the caller wishes, or rows of other accounts are in it. Then the
/// links to Autodesk's next page go too: they can name another account's thing.
/// </summary>
public static class ApsPaging
{
    /// <summary>The query parameter for the rows per page, for every list alike.</summary>
    public const string SizeName = PageRequest.SizeName;

    /// <summary>The query parameter for the cursor of the page before, for every list alike.</summary>
    public const string NextName = PageRequest.NextName;

    /// <summary>Makes the result of a successful answer; a failed one when Autodesk's list cannot be read.</summary>
    public static ActionResult Conclude(
        ActionDefinition action,
        ActionRequest request,
        LinkedAccountContext context,
        ApsResponse.Answered answer,
        AnswerReading? reading = null
    )
    {
        if (answer.Body is not { } body)
            return new ActionResult.Succeeded(answer.Status, WithoutBody(answer), null);
        if (action.Paging is not { } paging)
        {
            reading?.Look(action, body);
            return new ActionResult.Succeeded(answer.Status, body, null);
        }

        using var document = JsonDocument.Parse(body.Memory); // It is JSON: the client has seen to that.
        if (paging.Own is not null && Rows(document.RootElement, paging) is null)
            return Unreadable(answer); // Whose is what is in it?
        reading?.Look(action, document.RootElement);
        var (data, next) = Page(
            action,
            paging,
            PageRequest.Read(action, request),
            reading ?? new AnswerReading(),
            context,
            body,
            document.RootElement
        );
        return new ActionResult.Succeeded(answer.Status, data, next?.Encode());
    }

    /// <summary>The ids of the rows of a list, by which their owner is looked up.</summary>
    public static IReadOnlyCollection<string> RowIds(ActionPaging paging, JsonBytes body)
    {
        ArgumentNullException.ThrowIfNull(paging);
        ArgumentNullException.ThrowIfNull(body);
        using var document = JsonDocument.Parse(body.Memory);
        return Rows(document.RootElement, paging) is { } rows
            ? [.. rows.EnumerateArray().Select(row => row.Text(paging.Own!.Id)).OfType<string>().Distinct()]
            : [];
    }

    /// <summary>The request with the position that its cursor hides put back; null when nobody knows it any more.</summary>
    public static ActionRequest? Reveal(ActionDefinition action, ActionRequest request, Func<string, string?> reveal)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(reveal);
        if (
            !request.Query.TryGetValue(PageRequest.NextName, out var next)
            || PageCursor.Decode(next[0], action.Id) is not { Position: { } hidden } cursor
            || !HiddenPositions.IsHidden(hidden)
        )
            return request;
        return reveal(hidden) is { } position
            ? request with
            {
                Query = new Dictionary<string, string[]>(request.Query)
                {
                    [PageRequest.NextName] = [(cursor with { Position = position }).Encode()],
                },
            }
            : null;
    }

    private static (JsonBytes Data, PageCursor? Next) Page(
        ActionDefinition action,
        ActionPaging paging,
        PageRequest page,
        AnswerReading reading,
        LinkedAccountContext context,
        JsonBytes body,
        JsonElement root
    )
    {
        if (Rows(root, paging) is not { } array)
            return (body, null);
        var rows = array
            .EnumerateArray()
            .Where(row =>
                paging.Own is not { } own || (own.Kind is ResourceKind.Hub ? IsOwnHub(row, own, context) : reading.MayShow(row, own.Id))
            )
            .ToList();
        var position = NativeNext.Find(paging, page, root, array.GetArrayLength());
        if (position is not null && !InputValidator.IsPosition(action, position))
            position = null; // Autodesk itself would refuse it.
        if (rows.Count < array.GetArrayLength() && position is not null)
            position = reading.Hide(position);
        var next = position is null ? null : new PageCursor(action.Id, position, page.Size, 0);
        if (paging.Size is not null || page is { Size: null, Skip: 0 })
            return (rows.Count == array.GetArrayLength() ? body : Rewrite(root, paging, rows), next);

        // Autodesk does not page this list as the caller wishes: the rest of its page is given out before the next one is asked for.
        var slice = rows.Skip(page.Skip).Take(page.Size ?? rows.Count).ToList();
        if (page.Skip + slice.Count < rows.Count)
            next = new PageCursor(action.Id, page.Position is { } here ? reading.Hide(here) : null, page.Size, page.Skip + slice.Count);
        return (slice.Count == array.GetArrayLength() ? body : Rewrite(root, paging, slice), next);
    }

    private static ServiceError Unreadable(ApsResponse.Answered answer) =>
        new(ErrorCode.AutodeskUnavailable, ErrorSource.AutodeskApi, $"Autodesk answered {answer.Status} with a list that cannot be read.")
        {
            NextStep = "Try again; if it lasts, report it with the traceId.",
            Provider = new ProviderError(answer.Status, answer.Path, null),
        };

    /// <summary>Where Autodesk creates something and answers with its address only, the address is the data.</summary>
    private static JsonBytes? WithoutBody(ApsResponse.Answered answer) =>
        answer.Location is { Length: > 0 } location ? JsonBytes.From(new { id = LastPiece(location), location }) : null;

    /// <summary>The last piece of an address's path; null when it has none.</summary>
    private static string? LastPiece(string location)
    {
        var path = location.AsSpan();
        if (path.IndexOfAny('?', '#') is var end and >= 0)
            path = path[..end];
        if (path.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0)
        {
            path = path[(scheme + 3)..];
            path = path.IndexOf('/') is var slash and >= 0 ? path[slash..] : [];
        }

        path = path.TrimEnd('/');
        var piece = Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..].ToString());
        return string.IsNullOrWhiteSpace(piece) || piece is "." or ".." || piece.Contains('/', StringComparison.Ordinal) ? null : piece;
    }

    private static JsonElement? Rows(JsonElement root, ActionPaging paging)
    {
        var rows = paging.Rows.Length > 0 ? root.Member(paging.Rows) : root;
        return rows is { ValueKind: JsonValueKind.Array } ? rows : null;
    }

    private static bool IsOwnHub(JsonElement hub, OwnRows own, LinkedAccountContext context) =>
        string.Equals(hub.Text(own.Id), context.HubId, StringComparison.OrdinalIgnoreCase);

    /// <summary>The answer with other rows. What stays is copied as it came: .NET writes no text that JSON allows and Unicode does
    /// not.</summary>
    private static JsonBytes Rewrite(JsonElement root, ActionPaging paging, List<JsonElement> rows)
    {
        var buffer = new ArrayBufferWriter<byte>();
        if (paging.Rows.Length == 0)
        {
            WriteRows(buffer, rows);
            return new JsonBytes(buffer.WrittenSpan.ToArray());
        }

        var separator = "{"u8;
        var rowsName = Encoding.UTF8.GetBytes(paging.Rows);
        foreach (var member in root.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(member);
            if (paging.Own is { Kind: not ResourceKind.Hub } && (name.SequenceEqual("next"u8) || name.SequenceEqual("links"u8)))
                continue;
            buffer.Write(separator);
            buffer.Write("\""u8);
            buffer.Write(name);
            buffer.Write("\":"u8);
            if (name.SequenceEqual(rowsName))
                WriteRows(buffer, rows);
            else
                buffer.Write(JsonMarshal.GetRawUtf8Value(member.Value));
            separator = ","u8;
        }

        buffer.Write("}"u8);
        return new JsonBytes(buffer.WrittenSpan.ToArray());
    }

    private static void WriteRows(ArrayBufferWriter<byte> buffer, List<JsonElement> rows)
    {
        buffer.Write("["u8);
        for (var i = 0; i < rows.Count; i++)
        {
            if (i > 0)
                buffer.Write(","u8);
            buffer.Write(JsonMarshal.GetRawUtf8Value(rows[i]));
        }

        buffer.Write("]"u8);
    }
}
