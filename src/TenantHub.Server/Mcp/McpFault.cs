using System.Text.Json;
using TenantHub.Errors;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;

namespace TenantHub.Server.Mcp;

/// <summary>Why a message is not carried out, in the protocol's form.</summary>
/// <param name="Code">The protocol's number.</param>
/// <param name="Message">The same for people.</param>
/// <param name="Status">HTTP's.</param>
/// <param name="Data">More for programs; null when there is nothing.</param>
internal sealed record McpFault(int Code, string Message, int Status, object? Data = null)
{
    public const int NoJson = -32700;
    public const int InvalidRequest = -32600;
    public const int InvalidParams = -32602;
    public const int HeaderMismatch = -32020;
    public const int UnsupportedVersion = -32022;

    /// <summary>A request whose parameters are wrong is answered like any other.</summary>
    public static McpFault Params(string why) => new(InvalidParams, $"{why}. Nothing was done.", StatusCodes.Status200OK);

    public static McpFault Unreadable(string why) => new(InvalidRequest, why, StatusCodes.Status400BadRequest);

    public static McpFault Of(ServiceError error) => new(InvalidRequest, $"{error.Detail} {error.NextStep}", ErrorStatus.Of(error));

    /// <param name="http">The request.</param>
    /// <param name="id">The message's id; undefined when it has none, or none that can be read.</param>
    public async Task WriteAsync(HttpContext http, JsonElement id = default)
    {
        http.Response.StatusCode = Status;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
        object? error = Data is null
            ? new { code = Code, message = Message }
            : new
            {
                code = Code,
                message = Message,
                data = Data,
            };
        await JsonSerializer.SerializeAsync(
            http.Response.Body,
            new
            {
                jsonrpc = "2.0",
                id = id.ValueKind is JsonValueKind.String or JsonValueKind.Number ? id : (JsonElement?)null,
                error,
            },
            JsonBody.Options,
            http.RequestAborted
        );
    }
}
