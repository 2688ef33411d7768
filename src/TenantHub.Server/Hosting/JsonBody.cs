using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
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
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Reads a JSON object; exactly one of value and error is set.</summary>
    public static async Task<(T? Value, HubError? Error)> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken)
        where T : class
    {
        if (!request.HasJsonContentType()) return (null, RequestErrors.MediaType(request.ContentType));
        var (bytes, error) = await ReadBytesAsync(request, MaxBytes, cancellationToken);
        if (bytes is null) return (null, error);
        if (JsonText.Fault(bytes) is { } fault) return (null, RequestErrors.Unreadable(fault));
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, Options) is { } value
                ? (value, null)
                : (null, RequestErrors.Unreadable("The body must be a JSON object, not null."));
        }
        catch (JsonException exception)
        {
            return (null, RequestErrors.Unreadable(Explain(exception)));
        }
    }

    /// <summary>Reads a whole body that must not be larger than the limit.</summary>
    public static async Task<(byte[]? Bytes, HubError? Error)> ReadBytesAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit) return (null, RequestErrors.TooLarge(limit));
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > limit) return (null, RequestErrors.TooLarge(limit));
            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return (bytes, null);
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    public static string Explain(JsonException exception)
    {
        var where = exception.Path is { Length: > 1 } path ? $" at {InputFault.Shorten(path)}" : "";
        if (UnmappedMember().Match(exception.Message) is { Success: true } unmapped)
            return $"The field \"{InputFault.Shorten(unmapped.Groups[1].Value)}\"{where} is not known here.";
        if (DuplicateMember().IsMatch(exception.Message)) return $"A field{where} is given twice.";
        if (exception.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)) return $"The value{where} has the wrong type.";
        return $"The body is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}{where}).";
    }

    [GeneratedRegex("^The JSON property '([^']*)' could not be mapped")]
    private static partial Regex UnmappedMember();

    [GeneratedRegex("^Duplicate property")]
    private static partial Regex DuplicateMember();
}
