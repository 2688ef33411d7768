using TenantHub.Errors;

namespace TenantHub.Server.Mcp;

/// <summary>The revisions of the protocol that are served.</summary>
internal static class McpVersions
{
    public const string Header = "MCP-Protocol-Version";

    /// <summary>The one in which each message says who sends it.</summary>
    public const string Newest = "2026-07-28";

    /// <summary>The revisions that begin with <c>initialize</c>, the newest first.</summary>
    public static readonly string[] Older = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

    public static readonly string[] All = [Newest, .. Older];

    /// <summary>The revision that a request names; empty when it names none, as clients of 2024 do.</summary>
    public static string Of(HttpRequest request) => request.Headers[Header].ToString();

    public static McpFault Unsupported(string asked) =>
        new(
            McpFault.UnsupportedVersion,
            $"The revision is not served; these are: {string.Join(", ", All)}.",
            StatusCodes.Status400BadRequest,
            new { supported = All, requested = InputFault.Shorten(asked) }
        );
}
