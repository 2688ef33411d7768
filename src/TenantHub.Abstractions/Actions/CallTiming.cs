namespace TenantHub.Actions;

/// <summary>Where a call's time went, and under which id the call log holds it.</summary>
/// <param name="CallId">The record's id in the call log.</param>
/// <param name="Lane">The wait for its place in the lane.</param>
/// <param name="Quota">The waits for permits.</param>
/// <param name="Token">The time until it had its tokens.</param>
/// <param name="Upstream">The time in which requests were with Autodesk.</param>
/// <param name="Backoff">The waits before repeats.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.call-timing")]
public sealed record CallTiming(
    [property: Id(0)] string CallId,
    [property: Id(1)] TimeSpan Lane,
    [property: Id(2)] TimeSpan Quota,
    [property: Id(3)] TimeSpan Token,
    [property: Id(4)] TimeSpan Upstream,
    [property: Id(5)] TimeSpan Backoff
);
