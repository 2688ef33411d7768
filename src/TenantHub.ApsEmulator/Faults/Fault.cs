using System.Text.RegularExpressions;

namespace TenantHub.ApsEmulator.Faults;

/// <summary>Something that goes wrong on purpose.</summary>
internal sealed class Fault
{
    public required FaultKind Kind { get; init; }

    public string? Method { get; init; }

    public string? PathPrefix { get; init; }

    public Regex? PathPattern { get; init; }

    /// <summary>Gets whose requests it strikes; null for everybody's.</summary>
    public string? ClientId { get; init; }

    public int Status { get; init; } = 503;

    public string? Body { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public TimeSpan Delay { get; init; }

    public TimeSpan Jitter { get; init; }

    /// <summary>Gets or sets how often it still happens; null for ever.</summary>
    public int? Times { get; set; }

    /// <summary>Gets or sets how many matching requests pass first.</summary>
    public int Skip { get; set; }

    public double Probability { get; init; } = 1;

    public bool Matches(string method, string path, string? clientId) =>
        (Method is null || Method.Equals(method, StringComparison.OrdinalIgnoreCase))
        && (PathPrefix is null || path.StartsWith(PathPrefix, StringComparison.Ordinal))
        && (PathPattern is null || PathPattern.IsMatch(path))
        && (ClientId is null || ClientId == clientId);
}

/// <summary>What goes wrong.</summary>
internal enum FaultKind
{
    /// <summary>The request is on its way for long; so is its effect.</summary>
    Latency,

    /// <summary>The effect takes place at once, and the answer comes late.</summary>
    LateAnswer,

    /// <summary>The given status instead of the effect.</summary>
    Status,

    /// <summary>The connection is cut before the effect.</summary>
    CutBefore,

    /// <summary>The effect takes place, then the connection is cut.</summary>
    CutAfter,
}
