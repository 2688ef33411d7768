namespace TenantHub.Calls;

/// <summary>A recording of an account's next calls with their bodies: begun by an operator, bounded in number and time.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.call-recording")]
public sealed record CallRecording
{
    /// <summary>The most calls of one recording.</summary>
    public const int MaxCalls = 100;

    /// <summary>How long a recording goes on when its calls do not come before.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(15);

    /// <summary>Gets the id: <c>rec_</c> and a ULID.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>Gets when it was begun.</summary>
    [Id(1)]
    public required DateTimeOffset BegunAt { get; init; }

    /// <summary>Gets when it ends at the latest.</summary>
    [Id(2)]
    public required DateTimeOffset Until { get; init; }

    /// <summary>Gets how many calls it records, 1 to <see cref="MaxCalls"/>.</summary>
    [Id(3)]
    public required int Calls { get; init; }

    /// <summary>Gets how many calls are still to be recorded.</summary>
    [Id(4)]
    public required int Left { get; init; }
}
