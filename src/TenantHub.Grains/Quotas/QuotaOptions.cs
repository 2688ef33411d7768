using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Quotas;

/// <summary>How Autodesk's limits are kept.</summary>
public sealed class QuotaOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub:Quotas";

    /// <summary>Gets or sets whether limits are kept at all. Switched off, requests go out as they come and 429s come back.</summary>
    /// <value>The default is true.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>Gets or sets the time in which a limit's requests may be sent. Autodesk's is one minute; shorter ones are for
    /// tests.</summary>
    /// <value>The default is one minute.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets the pause after a 429 that does not say how long to wait.</summary>
    /// <value>The default is 15 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan DefaultPause { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Gets or sets the longest pause after a 429. When Autodesk asks for a longer one, one call is sent alone after this time, and its
    /// answer decides whether the others follow.
    /// </summary>
    /// <value>The default is 15 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxPause { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Gets limits by quota group, in requests per window, in place of the catalog's.</summary>
    /// <value>The default is none.</value>
    public IDictionary<string, int> Limits { get; } = new Dictionary<string, int>();
}

[OptionsValidator]
internal sealed partial class QuotaOptionsValidator : IValidateOptions<QuotaOptions>;
