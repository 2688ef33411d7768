using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Actions;

/// <summary>How calls of one account queue up.</summary>
public sealed class LaneOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub:Lane";

    /// <summary>Gets or sets how many calls of one account may wait, of each priority.</summary>
    /// <value>The default is 64.</value>
    [Range(1, 10_000)]
    public int MaxWaitingCalls { get; set; } = 64;

    /// <summary>Gets or sets how many reads of one account may run at once where its profile does not say; a write always runs
    /// alone.</summary>
    /// <value>The default is 1.</value>
    [Range(1, 64)]
    public int ParallelReads { get; set; } = 1;

    /// <summary>Gets or sets how long a call waits for its start when the caller does not say.</summary>
    /// <value>The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:02:00")]
    public TimeSpan DefaultMaxWait { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class LaneOptionsValidator : IValidateOptions<LaneOptions>;
