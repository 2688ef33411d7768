using System.Text.RegularExpressions;

namespace TenantHub.ApsEmulator.Faults;

/// <summary>Something that goes wrong on purpose.</summary>
internal sealed class Fault
{
    public required FaultKind Kind { get; init; }

    public string? Method { get; init; }

    public string? PathPrefix { get; init; }

    public Regex? PathPattern { get; init; }

    /// <summary>Gets the event whose callbacks it strikes; null for any.</summary>
    public string? Event { get; init; }

    /// <summary>Gets whose requests or callbacks it strikes; null for everybody's.</summary>
    public string? ClientId { get; init; }

    /// <summary>Gets what is answered instead; for faults of the kind Answer.</summary>
    public GivenAnswer? Answer { get; init; }

    /// <summary>Gets whether the request takes effect before its answer is replaced.</summary>
    public bool WithEffect { get; init; }

    /// <summary>Gets after how many bytes of a body the connection is cut; for faults of the kinds CutRequest and CutAnswer.</summary>
    public int CutAfterBytes { get; init; }

    public TimeSpan Delay { get; init; }

    public TimeSpan Jitter { get; init; }

    /// <summary>Gets or sets how often it still happens; null for ever.</summary>
    public int? Times { get; set; }

    /// <summary>Gets or sets how many matching requests pass first.</summary>
    public int Skip { get; set; }

    public double Probability { get; init; } = 1;

    private bool IsOfCallbacks => Kind is FaultKind.DuplicateCallback or FaultKind.ReorderCallback or FaultKind.LostCallbackAnswer;

    public bool Matches(string method, string path, string? clientId) =>
        !IsOfCallbacks
        && (Method is null || Method.Equals(method, StringComparison.OrdinalIgnoreCase))
        && (PathPrefix is null || path.StartsWith(PathPrefix, StringComparison.Ordinal))
        && (PathPattern is null || PathPattern.IsMatch(path))
        && (ClientId is null || ClientId == clientId);

    public bool MatchesCallback(string eventName, string clientId) =>
        IsOfCallbacks && (Event is null || Event == eventName) && (ClientId is null || ClientId == clientId);
}

/// <summary>What goes wrong.</summary>
internal enum FaultKind
{
    /// <summary>The request is on its way for long; so is its effect.</summary>
    Latency,

    /// <summary>The effect takes place at once, and the answer comes late.</summary>
    LateAnswer,

    /// <summary>The given answer instead of the right one, with or without the effect.</summary>
    Answer,

    /// <summary>The connection is cut before the effect.</summary>
    CutBefore,

    /// <summary>The effect takes place, then the connection is cut.</summary>
    CutAfter,

    /// <summary>The connection is cut in the middle of the request's body, before the effect.</summary>
    CutRequest,

    /// <summary>The effect takes place, and the connection is cut in the middle of the right answer's body.</summary>
    CutAnswer,

    /// <summary>A webhook's callback is sent twice.</summary>
    DuplicateCallback,

    /// <summary>A webhook's callback is sent after the one that follows it.</summary>
    ReorderCallback,

    /// <summary>A webhook's callback arrives, and what the receiver answers to its first try does not: it is tried again.</summary>
    LostCallbackAnswer,
}
