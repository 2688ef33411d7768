using System.Globalization;
using TenantHub.Accounts;

namespace TenantHub.Server.Ui.Layout;

/// <summary>How the pages say things: durations, sizes, and what has a word, a mark and a colour.</summary>
internal static class Words
{
    public static string Of(AccountStatus status) =>
        status switch
        {
            AccountStatus.AwaitingProvisioning => "Awaiting provisioning",
            _ => status.ToString(),
        };

    /// <summary>The mark that goes with the word, for those who do not see the colour.</summary>
    public static string MarkOf(AccountStatus status) =>
        status switch
        {
            AccountStatus.Active => "✓",
            AccountStatus.Degraded => "!",
            AccountStatus.Error => "✕",
            AccountStatus.Suspended => "❚❚",
            AccountStatus.Unlinked => "–",
            _ => "…",
        };

    public static string CssOf(AccountStatus status) =>
        status switch
        {
            AccountStatus.Active => "good",
            AccountStatus.Degraded or AccountStatus.AwaitingProvisioning => "warn",
            AccountStatus.Error => "bad",
            _ => "",
        };

    /// <summary>A wire name as people read it: <c>custom_integration_missing</c> is "custom integration missing".</summary>
    public static string Of(string wireName) => wireName.Replace('_', ' ');

    /// <summary>Two units at most: 850 ms, 3.2 s, 4 min 10 s, 2 h 5 min, 3 d 4 h.</summary>
    public static string Of(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero)
            duration = TimeSpan.Zero;
        return duration switch
        {
            { TotalMilliseconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.0} ms"),
            { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms"),
            { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
            { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0} s"),
            { TotalHours: < 1, Seconds: 0 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes} min"),
            { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes} min {duration.Seconds} s"),
            { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Hours} h {duration.Minutes} min"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{duration.Days} d {duration.Hours} h"),
        };
    }

    public static string OfBytes(long bytes) =>
        bytes switch
        {
            < 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
            < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KB"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0:0.#} MB"),
        };

    public static string Of(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
