using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Events;

/// <summary>How events are delivered.</summary>
public sealed class EventOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub:Events";

    /// <summary>Gets or sets whether endpoints on this machine are allowed, over plain http too. For development and tests.</summary>
    /// <value>The default is no.</value>
    public bool AllowLoopback { get; set; }

    /// <summary>Gets or sets how long an endpoint may take to answer.</summary>
    /// <value>The default is 15 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets or sets how long the old secret signs too after a rotation.</summary>
    /// <value>The default is 1 day.</value>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan SecretOverlap { get; set; } = TimeSpan.FromDays(1);
}

[OptionsValidator]
internal sealed partial class EventOptionsValidator : IValidateOptions<EventOptions>;
