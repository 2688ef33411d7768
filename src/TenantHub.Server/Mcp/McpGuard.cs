using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using TenantHub.Errors;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Mcp;

/// <summary>
/// What holds for each request to <c>/mcp</c> before anybody else looks at it. 1. A page of another origin is refused. 2. Bodies are UTF-8,
/// and as small as those of POST /actions/rpc; what the library would repeat in its answer and its log is short. 3. Who takes no event
/// stream gets the one message as JSON. 4. Who is not let in is told where to
/// get a token.
/// </summary>
internal static class McpGuard
{
    private const string Stream = "text/event-stream";
    private const string Json = "application/json";
    private const int MaxWord = 256;
    private const int ShortBody = 8 * 1024; // Whatever of it comes back is short too.
    private const string NoPost =
        """{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Send each message with POST: nothing is kept between two of them."}}""";

    public static void UseMcpGuard(this IApplicationBuilder app) =>
        app.UseWhen(http => http.Request.Path.StartsWithSegments(McpEndpoints.Path), branch => branch.Use(RunAsync));

    private static async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        var services = http.RequestServices;
        if (!IsAllowed(http.Request, services.GetRequiredService<IOptions<McpOptions>>().Value)) // 1
        {
            await new ErrorResult(
                new(ErrorCode.Forbidden, ErrorSource.Caller, "Pages of this origin may not call /mcp.")
                {
                    NextStep = $"Add the origin to {McpOptions.SectionName}:AllowedOrigins, if the page is yours.",
                }
            ).ExecuteAsync(http);
            return;
        }

        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = HttpMethods.Post;
            http.Response.ContentType = Json;
            await http.Response.WriteAsync(NoPost, http.RequestAborted);
            return;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = JsonBody.MaxBytes; // 2
        var (message, fault) = await ReadAsync(http.Request);
        if (fault is not null)
        {
            await new ErrorResult(fault).ExecuteAsync(http);
            return;
        }

        if (McpMessage.FaultOf(message) is { } wrong)
        {
            http.Response.ContentType = Json;
            await http.Response.WriteAsync(wrong, http.RequestAborted);
            return;
        }

        if (services.GetRequiredService<IOptions<OidcOptions>>().Value.IsEnabled) // 4
            http.Response.OnStarting(() =>
            {
                if (http.Response.StatusCode is StatusCodes.Status401Unauthorized)
                    http.Response.Headers.Append(
                        "WWW-Authenticate",
                        $"Bearer resource_metadata=\"{ResourceMetadata.AddressOf(http.Request)}\""
                    );
                return Task.CompletedTask;
            });

        try
        {
            await AnswerAsync(http, next);
        }
        catch (JsonException) when (!http.Response.HasStarted)
        {
            // Deep inside of what the caller's program says of itself.
            await new ErrorResult(
                RequestErrors.Unreadable("A parameter of the message is not of the type that MCP gives it.")
            ).ExecuteAsync(http);
        }
    }

    private static async Task AnswerAsync(HttpContext http, RequestDelegate next)
    {
        var accept = http.Request.Headers.Accept.ToString();
        if (!accept.Contains(Stream, StringComparison.OrdinalIgnoreCase))
            await AnswerWholeAsync(http, next); // 3
        else
        {
            if (!accept.Contains(Json, StringComparison.OrdinalIgnoreCase))
                http.Request.Headers.Accept = $"{Json}, {Stream}";
            await next(http);
        }
    }

    private static async Task<(byte[] Message, ServiceError? Error)> ReadAsync(HttpRequest request)
    {
        if (JsonBody.Refuses(request) is { } refusal)
            return ([], refusal);
        var (bytes, error) = await JsonBody.ReadBytesAsync(request, JsonBody.MaxBytes, request.HttpContext.RequestAborted);
        if (bytes is null)
            return ([], error);
        request.Body = new MemoryStream(bytes);
        if (JsonText.Fault(bytes) is { } noText)
            return ([], RequestErrors.Unreadable(noText));
        return bytes.Length > ShortBody && LongestOf(bytes) is { } name
            ? ([], RequestErrors.Unreadable($"\"{name}\" of the message has more than {MaxWord} bytes."))
            : (bytes, null);
    }

    /// <summary>Method, id and tool's name are the words that come back. What is no JSON is left to the library.</summary>
    private static string? LongestOf(ReadOnlySpan<byte> message)
    {
        var reader = new Utf8JsonReader(message);
        var (name, isParams) = ("", false);
        try
        {
            while (reader.Read())
            {
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 or 2 })
                {
                    if (reader.CurrentDepth == 1)
                        isParams = reader.ValueTextEquals("params");
                    name =
                        reader.CurrentDepth == 2 ? (isParams && reader.ValueTextEquals("name") ? "name" : "")
                        : reader.ValueTextEquals("method") ? "method"
                        : reader.ValueTextEquals("id") ? "id"
                        : "";
                    continue;
                }

                var isWord = name.Length > 0 && reader.TokenType is (JsonTokenType.String or JsonTokenType.Number);
                if (isWord && reader.ValueSpan.Length > MaxWord)
                    return name;
                name = "";
            }
        }
        catch (JsonException)
        {
            // Told by the library.
        }

        return null;
    }

    /// <summary>Browsers send Origin, programs do not. A name that leads to this machine by somebody else's DNS is not this
    /// machine.</summary>
    private static bool IsAllowed(HttpRequest request, McpOptions options)
    {
        if (!request.Headers.TryGetValue("Origin", out var given))
            return true;
        var origin = given.ToString();
        return options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)
            || (
                Uri.TryCreate(origin, UriKind.Absolute, out var page)
                && page.IsLoopback
                && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var server)
                && server.IsLoopback
            );
    }

    /// <summary>The library answers with a stream of one message; a client that reads JSON gets that message.</summary>
    private static async Task AnswerWholeAsync(HttpContext http, RequestDelegate next)
    {
        http.Request.Headers.Accept = $"{Json}, {Stream}";
        var (response, direct) = (http.Response, http.Response.Body);
        using var whole = new MemoryStream();
        response.Body = whole;
        try
        {
            await next(http);
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
