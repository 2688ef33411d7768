using System.Globalization;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;

namespace TenantHub.Autodesk.ReadBack;

/// <summary>Reads back what a write has made: makes the read's request, and knows the thing in its answer. Pure.</summary>
public static class WriteEvidence
{
    /// <summary>How far Autodesk's clock may be behind ours.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    private const long LastInstant = 253_402_300_800_000; // The year 10000, in milliseconds: .NET has none.

    /// <summary>Makes the request of the read; null when the input does not hold what it needs.</summary>
    public static ActionRequest? Look(ActionReadBack readBack, ActionRequest write, string? cursor)
    {
        ArgumentNullException.ThrowIfNull(readBack);
        using var body = Body(write);
        var path = new Dictionary<string, string>();
        foreach (var (name, source) in readBack.Path)
        {
            if (Text(Value(source, write, body)) is not { } value)
                return null;
            path[name] = value;
        }

        var query = new Dictionary<string, string[]>();
        foreach (var (name, source) in readBack.Query)
        {
            if (Text(Value(source, write, body)) is not { } value)
                return null;
            query[name] = [value];
        }

        if (readBack.Match.Values.Any(source => Value(source, write, body) is null))
            return null;
        if (cursor is not null)
            query["next"] = [cursor];
        return new ActionRequest(readBack.Action) { Path = path, Query = query };
    }

    /// <summary>Looks for the thing in an answer to the read.</summary>
    /// <param name="readBack">How to know it.</param>
    /// <param name="rows">The member that holds the rows; null when the answer is one thing.</param>
    /// <param name="write">The write.</param>
    /// <param name="sentAt">When the write was sent.</param>
    /// <param name="answer">The read's answer.</param>
    /// <returns>What the write would have answered; null when the thing is not there, or is older than the write.</returns>
    public static JsonBytes? Find(ActionReadBack readBack, string? rows, ActionRequest write, DateTimeOffset sentAt, JsonBytes answer)
    {
        ArgumentNullException.ThrowIfNull(readBack);
        ArgumentNullException.ThrowIfNull(answer);
        using var document = JsonDocument.Parse(answer.Memory);
        using var body = Body(write);
        foreach (var thing in Things(document.RootElement, rows))
        {
            if (
                readBack.Match.All(match => Equal(Member(thing, match.Key), Value(match.Value, write, body)))
                && IsNew(readBack, thing, sentAt)
            )
                return Shape(readBack, thing);
        }

        return null;
    }

    /// <summary>
    /// Whether a successful answer tells what was made. One that is empty, or holds something else, leaves the writer without the thing's
    /// id:
    /// then it is looked for, as if the answer was lost.
    /// </summary>
    public static bool IsTold(ActionReadBack readBack, ApsResponse.Answered answer)
    {
        ArgumentNullException.ThrowIfNull(readBack);
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.Body is not { } body)
            return readBack.LocationId is not null && answer.Location is { Length: > 0 };
        using var document = JsonDocument.Parse(body.Memory);
        return document.RootElement is { ValueKind: JsonValueKind.Object } made
            && (readBack.Wrap is { } wrap ? Text(Member(made, wrap + ".id")) is { Length: > 0 } : made.EnumerateObject().Any());
    }

    private static List<JsonElement> Things(JsonElement root, string? rows)
    {
        if (rows is null)
            return [root];
        var array = rows.Length == 0 ? root : Member(root, rows) ?? default;
        return array.ValueKind is JsonValueKind.Array ? [.. array.EnumerateArray()] : [];
    }

    private static bool IsNew(ActionReadBack readBack, JsonElement thing, DateTimeOffset sentAt)
    {
        if (readBack.CreatedAt is null || Member(thing, readBack.CreatedAt) is not { } created)
            return true;
        DateTimeOffset? at = created.ValueKind switch
        {
            JsonValueKind.Number when created.TryGetInt64(out var milliseconds) && milliseconds is > 0 and < LastInstant =>
                DateTimeOffset.FromUnixTimeMilliseconds(milliseconds),
            JsonValueKind.String
                when DateTimeOffset.TryParse(
                    created.Text(),
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var instant
                ) => instant,
            _ => null,
        };
        return at is null || at >= sentAt - ClockTolerance;
    }

    private static JsonBytes Shape(ActionReadBack readBack, JsonElement thing)
    {
        if (readBack.LocationId is { } id)
            return JsonBytes.From(new { id = Text(Member(thing, id)) });
        return readBack.Wrap is { } wrap ? JsonBytes.From(new Dictionary<string, JsonElement> { [wrap] = thing }) : JsonBytes.From(thing);
    }

    private static JsonDocument? Body(ActionRequest write) => write.Body is { } body ? JsonDocument.Parse(body.Memory) : null;

    private static JsonElement? Value(string source, ActionRequest write, JsonDocument? body)
    {
        if (source.StartsWith('\''))
            return JsonSerializer.SerializeToElement(source.Trim('\''));
        if (source.StartsWith("path.", StringComparison.Ordinal))
            return write.Path.TryGetValue(source["path.".Length..], out var value) ? JsonSerializer.SerializeToElement(value) : null;
        return body is null ? null : Member(body.RootElement, source["body.".Length..]);
    }

    private static JsonElement? Member(JsonElement element, string path) => element.Member(path.Split('.'));

    /// <summary>Equal as JSON; text that people type, such as e-mail addresses and names, in any case.</summary>
    private static bool Equal(JsonElement? found, JsonElement? wanted)
    {
        if (found is not { } left || wanted is not { } right)
            return false;
        return left.ValueKind is JsonValueKind.String && right.ValueKind is JsonValueKind.String
            ? left.Text() is { } text && string.Equals(text, right.Text(), StringComparison.OrdinalIgnoreCase)
            : JsonElement.DeepEquals(left, right);
    }

    private static string? Text(JsonElement? value) => value?.Text();
}
