using System.Globalization;
using System.Net.Http.Headers;

namespace TenantHub.Autodesk.Http;

/// <summary>Reads Retry-After: a date, or seconds, also those that .NET's own reader does not know (<c>1.5</c>, and numbers above an
/// int).</summary>
internal static class RetryAfter
{
    private const string Name = "Retry-After";

    /// <summary>A longer wait than this is taken for this one: nobody can be told to come back in years.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private static readonly string[] DateForms = ["d MMM yyyy H:m:s 'GMT'", "d-MMM-yy H:m:s 'GMT'", "MMM d H:m:s yyyy"];

    /// <summary>Gives the wait from now on; null when there is no header that says one. A date in the past means no wait.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, TimeProvider clock) =>
        headers.NonValidated.TryGetValues(Name, out var values) ? values.Max(value => Read(value, clock)) : null;

    /// <summary>HTTP's three forms of a date. The day of the week says nothing new, and is wrong in some.</summary>
    private static DateTimeOffset? ReadDate(ReadOnlySpan<char> text)
    {
        var weekday = text.IndexOfAny(',', ' ');
        return
            weekday > 0
            && DateTimeOffset.TryParseExact(
                text[(weekday + 1)..],
                DateForms,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces,
                out var date
            )
            ? date
            : null;
    }

    internal static TimeSpan? Read(string text, TimeProvider clock)
    {
        var value = text.AsSpan().Trim();
        if (
            value.Length > 0
            && char.IsAsciiDigit(value[0])
            && double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        )
            return seconds >= Longest.TotalSeconds ? Longest : TimeSpan.FromSeconds(seconds);
        if (ReadDate(value) is not { } date)
            return null;
        var wait = date - clock.GetUtcNow();
        return wait <= TimeSpan.Zero ? TimeSpan.Zero
            : wait > Longest ? Longest
            : wait;
    }
}
