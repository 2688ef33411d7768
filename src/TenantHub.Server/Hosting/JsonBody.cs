using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.Net.Http.Headers;
using TenantHub.Errors;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Hosting;

/// <summary>
/// Reads JSON request bodies: within a limit, refusing unknown fields, and with messages that name the field instead of a .NET type.
/// (Minimal-API binding would answer 400 without a usable body.)
/// </summary>
internal static partial class JsonBody
{
    public const int MaxBytes = 1024 * 1024;

    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        Converters = { new EnumWordsConverter(), new TextListConverter() },
    };

    private static readonly JsonDocumentOptions NoDuplicates = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a JSON object; exactly one of value and error is set.</summary>
    public static async Task<(T? Value, ServiceError? Error)> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken)
        where T : class
    {
        if (Refuses(request) is { } refusal)
            return (null, refusal);
        var (bytes, error) = await ReadBytesAsync(request, MaxBytes, cancellationToken);
        if (bytes is null)
            return (null, error);
        var json = WithoutMark(bytes);
        if (JsonText.Fault(json.Span) is { } fault)
            return (null, RequestErrors.Unreadable(fault));
        try
        {
            return JsonSerializer.Deserialize<T>(json.Span, Options) is { } value
                ? (value, null)
                : (null, RequestErrors.Unreadable("The body must be a JSON object, not null."));
        }
        catch (JsonException exception)
        {
            return (null, RequestErrors.Unreadable(Explain(exception)));
        }
    }

    /// <summary>Tells why a body that should be JSON is not read; null when it is.</summary>
    public static ServiceError? Refuses(HttpRequest request) =>
        IsPlain(request) ? null
        : request.HasJsonContentType() ? RefusesEncoding(request)
        : RequestErrors.MediaType(request.ContentType);

    /// <summary>Whether the body says in the usual words that it is JSON, so that no header has to be parsed.</summary>
    public static bool IsPlain(HttpRequest request) =>
        request.ContentType is "application/json" && request.Headers.ContentEncoding.Count == 0;

    /// <summary>Bodies are UTF-8 and come as they are: nothing is unpacked for a caller, and no other alphabet is guessed at.</summary>
    public static ServiceError? RefusesEncoding(HttpRequest request)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            return RequestErrors.Encoded($"Content-Encoding: {encoding}", "Send the body without a content encoding.");
        return
            MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.Charset.HasValue
            && !IsUtf8(HeaderUtilities.RemoveQuotes(type.Charset).Value)
            ? RequestErrors.Encoded($"charset={type.Charset}", "Send the body as UTF-8.")
            : null;
    }

    /// <summary>The document without a byte order mark, which Windows programs put before UTF-8.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> utf8) => utf8.Span is [0xEF, 0xBB, 0xBF, ..] ? utf8[3..] : utf8;

    /// <summary>Reads a whole body that must not be larger than the limit.</summary>
    public static async ValueTask<(byte[]? Bytes, ServiceError? Error)> ReadBytesAsync(
        HttpRequest request,
        int limit,
        CancellationToken cancellationToken
    )
    {
        if (request.ContentLength > limit)
            return (null, RequestErrors.TooLarge(limit));
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > limit)
                return (null, RequestErrors.TooLarge(limit));
            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return (bytes, null);
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Reads a document whose members all have different names; exactly one of document and fault is set.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static (JsonDocument? Document, string? Fault) ReadDocument(ReadOnlyMemory<byte> json)
    {
        if (JsonText.FaultOfBytes(json.Span) is { } noText)
            return (null, noText);
        try
        {
            var document = JsonDocument.Parse(json, NoDuplicates);
            if (JsonText.FaultOfTexts(json.Span, document.RootElement) is not { } fault)
                return (document, null);
            document.Dispose();
            return (null, fault);
        }
        catch (JsonException exception) when (DuplicateMember().IsMatch(exception.Message))
        {
            return (null, Explain(exception));
        }
        catch (InvalidOperationException)
        {
            return (null, JsonText.NoUnicode); // Half a surrogate pair in a name, seen while names were compared.
        }
    }

    public static string Explain(JsonException exception)
    {
        var where = exception.Path is { Length: > 1 } path ? $" at {InputFault.Shorten(path)}" : "";
        if (exception.Message.StartsWith(EnumWordsConverter.Refusal, StringComparison.Ordinal))
            return $"The value{where} {exception.Message}";
        if (exception.Message == TextListConverter.Refusal)
            return $"The list{where} must hold texts, and no null.";
        if (exception.Message.StartsWith("A secret must", StringComparison.Ordinal))
            return $"The secret{where} must be a string that is not empty.";
        if (exception.Message.Contains("maximum configured depth", StringComparison.Ordinal))
            return $"The body is nested deeper than 64 levels{where}.";
        if (UnmappedMember().Match(exception.Message) is { Success: true } unmapped)
            return $"The field \"{InputFault.Shorten(unmapped.Groups[1].Value)}\"{where} is not known here.";
        if (DuplicateMember().IsMatch(exception.Message))
            return $"A field{where} is given twice.";
        if (exception.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
            return $"The value{where} has the wrong type.";
        return $"The body is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}{where}).";
    }

    private static bool IsUtf8(string? charset) =>
        charset is not null
        && (
            charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            || charset.Equals("utf8", StringComparison.OrdinalIgnoreCase)
            || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase)
        );

    [GeneratedRegex("^The JSON property '([^']*)' could not be mapped")]
    private static partial Regex UnmappedMember();

    [GeneratedRegex("^Duplicate property")]
    private static partial Regex DuplicateMember();
}
