namespace TenantHub.Errors;

/// <summary>An expected outcome that is not success. It is a value: it costs no throw and crosses silos as data.</summary>
/// <param name="Code">What happened.</param>
/// <param name="Source">Whose fault it is.</param>
/// <param name="Detail">One sentence for the caller; never holds a secret.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.hub-error")]
public sealed record ServiceError([property: Id(0)] ErrorCode Code, [property: Id(1)] ErrorSource Source, [property: Id(2)] string Detail)
{
    /// <summary>How long a detail is at most when it is told.</summary>
    public const int MaxDetail = 4000;

    /// <summary>Gets what to do about it.</summary>
    [Id(3)]
    public string? NextStep { get; init; }

    /// <summary>Gets how long to wait before another try; null when waiting does not help or the time is not known.</summary>
    [Id(4)]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets what Autodesk answered, when it answered.</summary>
    [Id(5)]
    public ProviderError? Provider { get; init; }

    /// <summary>Gets the single faults of an input, each naming its field; empty when there is nothing to list.</summary>
    [Id(6)]
    public IReadOnlyList<InputFault> Faults { get; init; } = [];

    /// <summary>Gets the approval that the call waits for, or by which it was refused; null when it needs none.</summary>
    [Id(7)]
    public string? ApprovalId { get; init; }
}
