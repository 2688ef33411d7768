using System.Text.Json;
using TenantHub.Errors;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Transfers;

namespace TenantHub.Server.Mcp;

/// <summary>
/// Takes a message in and has it answered. 1. Bodies are UTF-8, and as small as those of POST /actions/rpc. 2. The message is read once, and the headers say the same. 3. A
/// call or list of tools in the usual form is answered at once. 4. All else is the library's: the handshake, and whatever is odd about a
/// message, so that one place says what is wrong with it. Who takes no event stream gets the one message as JSON.
/// </summary>
internal sealed class McpDoor(DirectAnswers direct)
{
    private const string Stream = "text/event-stream";
    private const string Json = "application/json";

    public async Task AnswerAsync(HttpContext http, RequestDelegate library)
    {
        var request = http.Request;
        ClientName.Take(http);
        var (bytes, error) = Refuses(request) is { } refusal
            ? ((byte[]?)null, (ServiceError?)refusal)
            : await JsonBody.ReadBytesAsync(request, JsonBody.MaxBytes, http.RequestAborted); // 1
        if (bytes is null)
        {
            await (error!.Code is ErrorCode.BodyTooLarge ? TooLarge : McpFault.Of(error)).WriteAsync(http);
            return;
        }

        var (message, unreadable) = McpMessage.Read(bytes); // 2
        using var owned = message;
        if (message is null)
            await unreadable!.WriteAsync(http);
        else if ((message.Fault() ?? McpHeaders.FaultOf(request, message)) is { } fault)
            await fault.WriteAsync(http, message.AnyId);
        else if (!await direct.AnswerAsync(http, message)) // 3
        {
            request.Body = new MemoryStream(
                message.Method == "initialize" && !McpVersions.Older.Contains(message.Member("protocolVersion").GetString())
                    ? message.Offering(McpVersions.Older[0])
                    : bytes
            );
            http.Features.Set(message);
            ClientName.Give(http, message);
            await AskLibraryAsync(http, message, library); // 4
        }
    }

    /// <summary>No message carries a file beside its JSON.</summary>
    private static ServiceError? Refuses(HttpRequest request) =>
        JsonBody.IsPlain(request) || request.HasJsonContentType()
            ? JsonBody.Refuses(request)
            : RequestErrors.MediaType(request.ContentType) with
            {
                NextStep = "Send the message as application/json.",
            };

    private static McpFault TooLarge =>
        new(
            McpFault.InvalidRequest,
            $"The message has more than {JsonBody.MaxBytes:N0} bytes. A file in body.content may have {InlineContent.MaxBytesOfAgents / 1024} KB; a larger one goes up with POST /files/uploads.",
            StatusCodes.Status413PayloadTooLarge
        );

    private static async Task AskLibraryAsync(HttpContext http, McpMessage message, RequestDelegate library)
    {
        try
        {
            var accept = http.Request.Headers.Accept.ToString();
            var takesStream = accept.Contains(Stream, StringComparison.OrdinalIgnoreCase);
            if (!takesStream || !accept.Contains(Json, StringComparison.OrdinalIgnoreCase))
                http.Request.Headers.Accept = $"{Json}, {Stream}";
            await (takesStream ? library(http) : AnswerWholeAsync(http, library));
        }
        catch (JsonException) when (!http.Response.HasStarted)
        {
            // Deep inside of what the caller's program says of itself.
            await McpFault.Params("A parameter of the message is not of the type that MCP gives it").WriteAsync(http, message.AnyId);
        }
    }

    /// <summary>The library answers with a stream of one message; a client that reads JSON gets that message.</summary>
    private static async Task AnswerWholeAsync(HttpContext http, RequestDelegate library)
    {
        var (response, direct) = (http.Response, http.Response.Body);
        using var whole = new MemoryStream();
        response.Body = whole;
        try
        {
            await library(http);
            await response.BodyWriter.FlushAsync(http.RequestAborted);
        }
        finally
        {
            response.Body = direct;
        }

        var body = whole.GetBuffer().AsMemory(0, (int)whole.Length);
        if (response.ContentType?.StartsWith(Stream, StringComparison.OrdinalIgnoreCase) is true)
        {
            response.ContentType = Json;
            body = LastMessage(body);
        }

        if (!body.IsEmpty)
            await direct.WriteAsync(body, http.RequestAborted);
    }

    private static Memory<byte> LastMessage(Memory<byte> events)
    {
        var start = events.Span.LastIndexOf("\ndata: "u8) is var at and >= 0 ? at + 1 : 0;
        var line = events[(start + "data: "u8.Length)..];
        return line.Span.IndexOf((byte)'\n') is var end and >= 0 ? line[..end] : line;
    }
}
