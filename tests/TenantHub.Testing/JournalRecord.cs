using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantHub.Testing;

/// <summary>One request that the emulator saw.</summary>
public sealed record JournalRecord
{
    internal static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public long Seq { get; init; }

    public long StartedUs { get; init; }

    public long EndedUs { get; init; }

    public string Method { get; init; } = "";

    /// <summary>Gets the path as it crossed the wire, percent-encoded.</summary>
    public string Path { get; init; } = "";

    public string Query { get; init; } = "";

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public string? Body { get; init; }

    public long BodyBytes { get; init; }

    public string? BodySha256 { get; init; }

    public string? ClientId { get; init; }

    public IReadOnlyList<string>? Scopes { get; init; }

    public int Status { get; init; }

    public IReadOnlyDictionary<string, string> ResponseHeaders { get; init; } = new Dictionary<string, string>();

    public string? ResponseContentType { get; init; }

    public string? ResponseBody { get; init; }

    public int Concurrent { get; init; }

    public bool IsToken => Path == "/authentication/v2/token";

    /// <summary>Gets whether it went to a signed URL, and not to Autodesk's API.</summary>
    public bool IsStorage => Path.StartsWith("/s3/", StringComparison.Ordinal);

    public JsonNode? BodyJson => Body is null ? null : JsonNode.Parse(Body);

    public override string ToString() => $"{Method} {Path}{(Query.Length == 0 ? "" : "?" + Query)} -> {Status}";
}
