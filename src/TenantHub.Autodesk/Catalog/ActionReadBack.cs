namespace TenantHub.Autodesk.Catalog;

/// <summary>
/// How to find out whether a write took effect whose answer was lost: the read to send, and how to know the thing in its answer. Sources
/// are
/// <c>path.name</c> or <c>body.member.member</c> of the write's input, or a <c>'literal'</c>.
/// </summary>
public sealed record ActionReadBack
{
    /// <summary>Gets the read.</summary>
    public required string Action { get; init; }

    /// <summary>Gets the read's path parameters by source; what the account supplies is left out.</summary>
    public IReadOnlyDictionary<string, string> Path { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the read's query by source.</summary>
    public IReadOnlyDictionary<string, string> Query { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets which members of the thing must equal which sources.</summary>
    public required IReadOnlyDictionary<string, string> Match { get; init; }

    /// <summary>Gets the member that says when the thing was made; what is older than the write is not its work. Null when Autodesk does
    /// not say.</summary>
    public string? CreatedAt { get; init; }

    /// <summary>Gets the member of the write's answer that holds the thing; null when the answer is the thing.</summary>
    public string? Wrap { get; init; }

    /// <summary>Gets the member with the thing's id, where the write's answer is nothing but a Location; null elsewhere.</summary>
    public string? LocationId { get; init; }
}
