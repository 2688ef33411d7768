namespace TenantHub.ApsEmulator.Journal;

/// <summary>One request as the emulator saw it. Secrets are taken out: the Authorization header keeps its scheme, a token answer its
/// shape.</summary>
internal sealed class JournalEntry
{
    public long Seq { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset EndedAt { get; set; }

    public long StartedUs { get; set; }

    public long EndedUs { get; set; }

    public required string Method { get; init; }

    /// <summary>Gets the path as it came over the wire, still percent-encoded.</summary>
    public required string Path { get; init; }

    public required string Query { get; init; }

    public required Dictionary<string, string> Headers { get; init; }

    public string? Body { get; set; }

    public long BodyBytes { get; set; }

    public string? BodySha256 { get; set; }

    public string? ClientId { get; set; }

    public IReadOnlyList<string>? Scopes { get; set; }

    public string? QuotaGroup { get; set; }

    public int Status { get; set; }

    public Dictionary<string, string>? ResponseHeaders { get; set; }

    public string? ResponseContentType { get; set; }

    public string? ResponseBody { get; set; }

    /// <summary>Gets or sets how many other requests were in flight when this one started.</summary>
    public int Concurrent { get; set; }
}
