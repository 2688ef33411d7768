using System.Globalization;

namespace TenantHub.Storage;

/// <summary>How far a server's clock may be from the database's. Which of two servers may send under an idempotency key is decided by
/// instants (docs/adr/0007).</summary>
public static class ClockLimits
{
    /// <summary>More than this is told.</summary>
    public static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(1);

    /// <summary>With more than this a server does not start.</summary>
    public static readonly TimeSpan Refused = TimeSpan.FromMinutes(1);

    /// <summary>Tells whether a clock is too far off to be silent about it.</summary>
    public static bool IsOff(TimeSpan offset) => offset.Duration() > Tolerated;

    /// <summary>Says it in a sentence.</summary>
    public static string Describe(TimeSpan offset) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"The clock of this server is {offset.Duration().TotalSeconds:0.#} s {(offset > TimeSpan.Zero ? "ahead of" : "behind")} the database's."
        );
}
