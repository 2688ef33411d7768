using System.Text.Json.Nodes;

namespace TenantHub.Server.Actions;

/// <summary>What is asked of the hub, and what Autodesk must then see: written from Autodesk's documentation, not from the
/// catalog.</summary>
public sealed record ActionCase
{
    public Dictionary<string, string> Path { get; init; } = [];

    public Dictionary<string, string> Query { get; init; } = [];

    public Dictionary<string, string> Headers { get; init; } = [];

    public JsonNode? Body { get; init; }

    public required string Method { get; init; }

    /// <summary>Gets the path that crosses the wire, encoded.</summary>
    public required string WirePath { get; init; }

    /// <summary>Gets the query that crosses the wire, encoded.</summary>
    public string WireQuery { get; init; } = "";

    /// <summary>Gets headers that must be sent with exactly this value; null: must not be sent.</summary>
    public Dictionary<string, string?> WireHeaders { get; init; } = [];

    /// <summary>Gets the scopes that the token must have, no more and no less.</summary>
    public required string[] Scopes { get; init; }

    public int Status { get; init; } = 200;
}
