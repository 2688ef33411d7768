using System.Net.Http.Headers;

namespace TenantHub.Autodesk.Http;

/// <summary>Reads Retry-After in both of its forms.</summary>
internal static class RetryAfter
{
    /// <summary>Gives the wait from now on; null when there is no header. A date in the past means no wait.</summary>
    public static TimeSpan? Read(RetryConditionHeaderValue? header, TimeProvider clock)
    {
        if (header?.Delta is { } delta) return delta;
        if (header?.Date is not { } date) return null;
        var wait = date - clock.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
