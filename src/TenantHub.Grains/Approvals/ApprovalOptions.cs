using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Approvals;

/// <summary>How calls wait for a person.</summary>
public sealed class ApprovalOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub:Approvals";

    /// <summary>Gets or sets for how long somebody can decide.</summary>
    /// <value>The default is one hour.</value>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan WaitsFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets for how long an approved call can be sent. It takes effect once, however often it is.</summary>
    /// <value>The default is one hour; at most 12, because what became of a write is known for 24.</value>
    [Range(typeof(TimeSpan), "00:01:00", "12:00:00")]
    public TimeSpan GoodFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets how many calls of one account may wait for a person.</summary>
    /// <value>The default is 50.</value>
    [Range(1, 10_000)]
    public int MaxPendingPerAccount { get; set; } = 50;
}

[OptionsValidator]
internal sealed partial class ApprovalOptionsValidator : IValidateOptions<ApprovalOptions>;
