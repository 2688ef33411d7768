using System.Text;
using ModelContextProtocol.Protocol;
using TenantHub.Autodesk;

namespace TenantHub.Server.Mcp;

/// <summary>
/// What stands in the headers and in the message must be the same, whatever revision is spoken: proxies decide by the headers, and the
/// message is what is carried out.
/// </summary>
internal static class McpHeaders
{
    private const string Encoded = "=?base64?";
    private const string End = "?=";

    public static McpFault? FaultOf(HttpRequest request, McpMessage message)
    {
        var version = McpVersions.Of(request);
        if (version.Length > 0 && !McpVersions.All.Contains(version))
            return McpVersions.Unsupported(version);
        if (message.Meta.Text(MetaKeys.ProtocolVersion) is { } said && said != version)
            return Mismatch(McpVersions.Header, $"params._meta.{MetaKeys.ProtocolVersion}");
        if (Differs(request, "Mcp-Method", message.Method))
            return Mismatch("Mcp-Method", "method");
        return message.Method switch
        {
            "tools/call" or "prompts/get" when Differs(request, "Mcp-Name", message.Member("name").Text()) => Mismatch(
                "Mcp-Name",
                "params.name"
            ),
            "resources/read" when Differs(request, "Mcp-Name", message.Member("uri").Text()) => Mismatch("Mcp-Name", "params.uri"),
            _ => null,
        };
    }

    private static bool Differs(HttpRequest request, string header, string? said) =>
        request.Headers.TryGetValue(header, out var given) && Decoded(given.ToString()) != said;

    /// <summary>What is no plain text comes in base64.</summary>
    private static string Decoded(string given)
    {
        if (!given.StartsWith(Encoded, StringComparison.Ordinal) || !given.EndsWith(End, StringComparison.Ordinal))
            return given;
        var bytes = new byte[given.Length];
        return
            given.Length >= Encoded.Length + End.Length
            && Convert.TryFromBase64String(given[Encoded.Length..^End.Length], bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : given;
    }

    private static McpFault Mismatch(string header, string member) =>
        new(
            McpFault.HeaderMismatch,
            $"The header {header} and {member} of the message must be the same. Nothing was done.",
            StatusCodes.Status400BadRequest
        );
}
