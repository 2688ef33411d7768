using System.Text.Json;
using TenantHub.Server.Hosting;

namespace TenantHub.Server.Mcp;

/// <summary>Whether a message has the parameters that its method needs. The library would answer without a word of what is wrong.</summary>
internal static class McpMessage
{
    private const int InvalidParams = -32602;
    private static readonly string[] ClientTexts = ["title", "description", "websiteUrl"];

    /// <summary>The error that answers the message; null when the library may have it, which tells what is no message at all.</summary>
    public static string? FaultOf(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (
                root.ValueKind is not JsonValueKind.Object
                || !root.TryGetProperty("method", out var method)
                || method.ValueKind is not JsonValueKind.String
            )
                return null;
            var given = root.TryGetProperty("params", out var named);
            if (given && named.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
                return Invalid(root, "params must be an object");
            return method.GetString() switch
            {
                "tools/call" => FaultOfCall(named) is { } fault ? Invalid(root, fault) : null,
                "initialize" => FaultOfInitialize(named) is { } fault ? Invalid(root, fault) : null,
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? FaultOfCall(JsonElement call) =>
        !Has(call, "name", JsonValueKind.String) ? "params.name must be the name of a tool"
        : !HasOrLacks(call, "arguments", JsonValueKind.Object) ? "params.arguments must be an object"
        : !HasOrLacks(call, "_meta", JsonValueKind.Object) ? "params._meta must be an object"
        : null;

    private static string? FaultOfInitialize(JsonElement session)
    {
        if (!Has(session, "protocolVersion", JsonValueKind.String))
            return "params.protocolVersion must be a text such as 2025-06-18";
        if (!Has(session, "clientInfo", JsonValueKind.Object))
            return "params.clientInfo must be an object with name and version";
        var client = session.GetProperty("clientInfo");
        if (!Has(client, "name", JsonValueKind.String) || !Has(client, "version", JsonValueKind.String))
            return "params.clientInfo must have name and version, both texts";
        if (ClientTexts.Any(text => !HasOrLacks(client, text, JsonValueKind.String)))
            return "what params.clientInfo tells must be texts";
        if (!Has(session, "capabilities", JsonValueKind.Object))
            return "params.capabilities must be an object";
        var odd = session
            .GetProperty("capabilities")
            .EnumerateObject()
            .FirstOrDefault(can => can.Value.ValueKind is not JsonValueKind.Object);
        return odd.Value.ValueKind is JsonValueKind.Undefined ? null : "params.capabilities must hold objects only";
    }

    private static bool Has(JsonElement parent, string name, JsonValueKind kind) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == kind;

    private static bool HasOrLacks(JsonElement parent, string name, JsonValueKind kind) =>
        !parent.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null || value.ValueKind == kind;

    private static string Invalid(JsonElement message, string why) =>
        JsonSerializer.Serialize(
            new
            {
                jsonrpc = "2.0",
                id = message.TryGetProperty("id", out var id) && id.ValueKind is JsonValueKind.String or JsonValueKind.Number
                    ? id
                    : (JsonElement?)null,
                error = new { code = InvalidParams, message = $"{why}. Nothing was done." },
            },
            JsonBody.Options
        );
}
