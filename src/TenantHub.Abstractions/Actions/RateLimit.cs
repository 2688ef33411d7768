namespace TenantHub.Actions;

/// <summary>The state of one quota group, as the <c>RateLimit</c> and <c>RateLimit-Policy</c> headers tell it.</summary>
/// <param name="QuotaGroup">The quota group.</param>
/// <param name="Limit">How many requests one window may hold.</param>
/// <param name="Window">The window, one minute unless configured otherwise.</param>
/// <param name="Remaining">How many may be sent at once now.</param>
/// <param name="Reset">How long until the next used permit comes back.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.rate-limit")]
public sealed record RateLimit(
    [property: Id(0)] string QuotaGroup,
    [property: Id(1)] int Limit,
    [property: Id(2)] TimeSpan Window,
    [property: Id(3)] int Remaining,
    [property: Id(4)] TimeSpan Reset
);
