using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace TenantHub.Server.Mcp;

/// <summary>
/// Answers calls and lists of tools that come in the usual form. The library makes a server of its own for each request, which costs more
/// than the call itself (docs/adr/0031). What is odd in any way is left to it: another version, headers that do not agree with the message, a
/// session, an answer to a question. So this class refuses nothing.
/// </summary>
internal sealed class DirectAnswers(McpCalls calls)
{
    private const string CallTool = "tools/call";
    private const string ListTools = "tools/list";
    private const string Stream = "text/event-stream";
    private const string Json = "application/json";

    private static readonly byte[] ResultMeta = JsonSerializer.SerializeToUtf8Bytes(
        new Dictionary<string, Implementation> { [MetaKeys.ServerInfo] = McpEndpoints.ServerInfo },
        McpJsonUtilities.DefaultOptions
    );

    /// <summary>The parameters of a call that this class understands.</summary>
    private static readonly string[] CallMembers = ["name", "arguments", "_meta"];

    /// <summary>Answers the message; false when it is left to the library.</summary>
    public async Task<bool> AnswerAsync(HttpContext http, McpMessage message)
    {
        if (!IsUsual(http.Request, message))
            return false;
        if (message.Method == ListTools)
        {
            await WriteAsync(http, message, await TryAsync(ListAsync));
            return true;
        }

        if (Read(http, message) is not { } call)
            return false;
        await WriteAsync(http, message, await TryAsync(CallAsync));
        return true;

        async Task<Action<Utf8JsonWriter>> ListAsync()
        {
            var listed = await calls.ListAsync(http);
            return writer => WriteResult(writer, McpView.IsNewest(http), () => McpTools.Write(writer, listed, McpView.IsNewest(http)));
        }

        async Task<Action<Utf8JsonWriter>> CallAsync()
        {
            var result = await calls.CallAsync(http, call, http.RequestAborted);
            return writer => WriteResult(writer, McpView.IsNewest(http), () => result.Write(writer));
        }
    }

    private static bool IsUsual(HttpRequest request, McpMessage message)
    {
        if (!message.IsRequest || message.Method is not (CallTool or ListTools) || request.Headers.ContainsKey("Mcp-Session-Id"))
            return false;
        if (!request.Headers.Accept.ToString().Contains(Json, StringComparison.OrdinalIgnoreCase))
            return false;
        var meta = message.Meta;
        if (!McpView.IsNewest(request.HttpContext))
            return !SaysOf(meta, MetaKeys.ProtocolVersion)
                && !SaysOf(meta, MetaKeys.ClientInfo)
                && !SaysOf(meta, MetaKeys.ClientCapabilities)
                && !SaysOf(meta, MetaKeys.LogLevel);
        return TextOf(meta, MetaKeys.ProtocolVersion) == McpVersions.Newest
            && SaysOf(meta, MetaKeys.ClientCapabilities)
            && meta.GetProperty(MetaKeys.ClientCapabilities).ValueKind is JsonValueKind.Object
            && !SaysOf(meta, MetaKeys.LogLevel)
            && request.Headers["Mcp-Method"] == message.Method
            && (message.Method == ListTools || request.Headers["Mcp-Name"] == message.Member("name").GetString());
    }

    /// <summary>The call; null when something in it is for the library to judge.</summary>
    private static ToolCall? Read(HttpContext http, McpMessage message)
    {
        foreach (var member in message.Params.EnumerateObject())
        {
            if (!CallMembers.Contains(member.Name))
                return null;
        }

        var meta = message.Meta;
        Func<ProgressNotificationValue, CancellationToken, Task>? progress = null;
        if (SaysOf(meta, "progressToken"))
        {
            var token = meta.GetProperty("progressToken");
            if (token.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
                return null;
            if (http.Request.Headers.Accept.ToString().Contains(Stream, StringComparison.OrdinalIgnoreCase))
                progress = (value, cancellation) => TellAsync(http, token, value, cancellation);
        }

        string? client = null;
        if (SaysOf(meta, MetaKeys.ClientInfo))
        {
            var info = meta.GetProperty(MetaKeys.ClientInfo);
            client = TextOf(info, "name");
            if (client is null || TextOf(info, "version") is null)
                return null;
        }

        return IsReadable(meta, out var elicitation)
            ? new(message.Member("name").GetString()!, message.Member("arguments"), ClientName.Of(http, client), elicitation, progress)
            : null;
    }

    /// <summary>Most clients cannot ask their user, and say so by saying nothing.</summary>
    private static bool IsReadable(JsonElement meta, out ElicitationCapability? elicitation)
    {
        elicitation = null;
        if (!SaysOf(meta, MetaKeys.ClientCapabilities))
            return true;
        var capabilities = meta.GetProperty(MetaKeys.ClientCapabilities);
        if (capabilities.EnumerateObject().Any(can => can.Value.ValueKind is not JsonValueKind.Object))
            return false;
        if (!capabilities.TryGetProperty("elicitation", out var asks))
            return true;
        try
        {
            elicitation = asks.Deserialize<ElicitationCapability>(McpJsonUtilities.DefaultOptions);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async Task<Action<Utf8JsonWriter>> TryAsync(Func<Task<Action<Utf8JsonWriter>>> answer)
    {
        try
        {
            return await answer();
        }
        catch (InputRequiredException ask)
        {
            ask.Result.Meta = JsonNode.Parse(ResultMeta)!.AsObject();
            return writer =>
            {
                writer.WritePropertyName("result");
                JsonSerializer.Serialize(writer, ask.Result, McpJsonUtilities.DefaultOptions);
            };
        }
        catch (McpProtocolException refused)
        {
            return writer =>
            {
                writer.WriteStartObject("error");
                writer.WriteNumber("code", (int)refused.ErrorCode);
                writer.WriteString("message", refused.Message);
                writer.WriteEndObject();
            };
        }
    }

    private static void WriteResult(Utf8JsonWriter writer, bool isNewest, Action write)
    {
        writer.WriteStartObject("result");
        write();
        if (isNewest)
        {
            writer.WriteString("resultType", "complete");
            writer.WritePropertyName("_meta");
            writer.WriteRawValue(ResultMeta, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }

    /// <summary>What a call is doing goes out at once, so its answer comes in the same stream; an answer that nothing went before is one
    /// JSON.</summary>
    private static async Task TellAsync(
        HttpContext http,
        JsonElement token,
        ProgressNotificationValue value,
        CancellationToken cancellationToken
    )
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = Stream;
            http.Response.Headers.CacheControl = "no-cache,no-store";
            http.Response.Headers["X-Accel-Buffering"] = "no";
            http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        }

        await WriteEventAsync(
            http,
            writer =>
            {
                writer.WriteString("jsonrpc", "2.0");
                writer.WriteString("method", "notifications/progress");
                writer.WriteStartObject("params");
                writer.WritePropertyName("progressToken");
                token.WriteTo(writer);
                writer.WriteNumber("progress", value.Progress);
                writer.WriteString("message", value.Message);
                writer.WriteEndObject();
            },
            cancellationToken
        );
    }

    private static async Task WriteAsync(HttpContext http, McpMessage message, Action<Utf8JsonWriter> answer)
    {
        void Write(Utf8JsonWriter writer)
        {
            writer.WriteString("jsonrpc", "2.0");
            writer.WritePropertyName("id");
            writer.WriteRawValue(message.Id, skipInputValidation: true);
            answer(writer);
        }

        if (http.Response.HasStarted)
        {
            await WriteEventAsync(http, Write, http.RequestAborted);
            return;
        }

        http.Response.ContentType = Json;
        http.Response.Headers.CacheControl = "no-store";
        WriteObject(http, Write);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    private static async Task WriteEventAsync(HttpContext http, Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        var body = http.Response.BodyWriter;
        body.Write("event: message\ndata: "u8);
        WriteObject(http, write);
        body.Write("\n\n"u8);
        await body.FlushAsync(cancellationToken);
    }

    private static void WriteObject(HttpContext http, Action<Utf8JsonWriter> write)
    {
        using var writer = new Utf8JsonWriter(http.Response.BodyWriter, McpAnswer.Plain);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
    }

    private static bool SaysOf(JsonElement meta, string name) => meta.ValueKind is JsonValueKind.Object && meta.TryGetProperty(name, out _);

    private static string? TextOf(JsonElement meta, string name) =>
        SaysOf(meta, name) && meta.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
