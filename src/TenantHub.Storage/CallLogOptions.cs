using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Storage;

/// <summary>How much the call log keeps.</summary>
public sealed class CallLogOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub:CallLog";

    /// <summary>Gets or sets whether calls are logged.</summary>
    /// <value>The default is true.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>Gets or sets how long records are kept.</summary>
    /// <value>The default is 14 days.</value>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(14);

    /// <summary>Gets or sets how many records are kept; the oldest go first. A record takes about 100 bytes.</summary>
    /// <value>The default is 1,000,000.</value>
    [Range(100, 1_000_000_000)]
    public int MaxRecords { get; set; } = 1_000_000;

    /// <summary>Gets or sets how many records may wait for the database, in memory. What comes beyond is dropped and counted.</summary>
    /// <value>The default is 10,000.</value>
    [Range(1, 1_000_000)]
    public int QueueCapacity { get; set; } = 10_000;
}

[OptionsValidator]
internal sealed partial class CallLogOptionsValidator : IValidateOptions<CallLogOptions>;
