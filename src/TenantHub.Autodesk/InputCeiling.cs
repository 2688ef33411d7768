using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;

namespace TenantHub.Autodesk;

/// <summary>
/// What no input needs, whatever its action: it is refused before anything is compared with a schema, so that looking at a bad call costs
/// no more than looking at a good one. Autodesk's own limits, where its files name them, are in the catalog and mostly lower.
/// </summary>
internal static class InputCeiling
{
    public const int MaxNames = 100;
    public const int MaxEntries = 1000;
    public const int MaxTextBytes = 64 * 1024;
    public const int MaxValueLength = 16 * 1024;
    public const int MaxValues = 20_000;
    private const int MaxDepth = 32;

    /// <summary>A file of 700 KB in base64, with room for line breaks. The whole message may have 1 MiB.</summary>
    private const int MaxFileBytes = 1000 * 1024;

    /// <summary>The first thing that is too much; null when nothing is.</summary>
    public static InputFault? FaultIn(ActionDefinition action, ActionRequest request) =>
        request.Path.Count > MaxNames ? TooMany("path")
        : request.Headers.Count > MaxNames ? TooMany("headers")
        : request.Query.Count > MaxNames ? TooMany("query")
        : request.Query.Any(query => query.Value.Length > MaxNames) ? new("query", $"must have at most {MaxNames} values for each name.")
        : request.Path.Concat(request.Headers).Any(given => given.Value.Length > MaxValueLength)
        || request.Query.Any(query => query.Value.Any(value => value.Length > MaxValueLength))
            ? new("path, query and headers", $"must hold no value longer than {MaxValueLength} characters.")
        : request.Body is { } body ? FaultIn(body.Span, action.Kind is not ActionKind.Http)
        : null;

    private static InputFault? FaultIn(ReadOnlySpan<byte> json, bool carriesFile)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth + 1 });
        Span<int> entries = stackalloc int[MaxDepth + 2];
        var (values, isFile) = (0, false);
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth > MaxDepth)
                    return new("body", $"must not be nested deeper than {MaxDepth}.");
                if (
                    reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                    && reader.ValueSpan.Length > (isFile ? MaxFileBytes : MaxTextBytes)
                )
                    return new("body", $"must hold no text longer than {MaxTextBytes} bytes.");
                isFile =
                    carriesFile
                    && reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 }
                    && reader.ValueTextEquals("content"u8);
                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                    entries[reader.CurrentDepth + 1] = 0;
                else if (reader.TokenType is not JsonTokenType.PropertyName && ++values > MaxValues)
                    return new("body", $"must hold at most {MaxValues} values in all.");
                else if (reader.TokenType is not JsonTokenType.PropertyName && ++entries[reader.CurrentDepth] > MaxEntries)
                    return new("body", $"must hold at most {MaxEntries} entries in a list or an object.");
            }

            return null;
        }
        catch (JsonException)
        {
            return new("body", $"is not valid JSON, or nested deeper than {MaxDepth}.");
        }
    }

    private static InputFault TooMany(string field) => new(field, $"must have at most {MaxNames} names.");
}
