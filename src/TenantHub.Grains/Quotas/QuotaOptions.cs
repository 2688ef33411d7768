using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using TenantHub.Autodesk.Catalog;

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

/// <summary>Looks at what was written: a limit that is no number is left out where options are bound, and nobody would notice.</summary>
internal sealed class QuotaLimitsValidator(IConfiguration configuration, ActionCatalog catalog) : IValidateOptions<QuotaOptions>
{
    public ValidateOptionsResult Validate(string? name, QuotaOptions options)
    {
        const string section = $"{QuotaOptions.SectionName}:{nameof(QuotaOptions.Limits)}";
        var faults = configuration
            .GetSection(section)
            .GetChildren()
            .Select(limit =>
                catalog.FindQuotaGroup(limit.Key) is null
                    ? $"{section}:{limit.Key} names no quota group; GET /quotas/{{client_id}} lists them."
                : int.TryParse(limit.Value, CultureInfo.InvariantCulture, out var requests) && requests is >= 1 and <= QuotaLimits.Max
                    ? null
                : $"{section}:{limit.Key} must be a number from 1 to {QuotaLimits.Max}."
            )
            .OfType<string>()
            .ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

[OptionsValidator]
internal sealed partial class QuotaOptionsValidator : IValidateOptions<QuotaOptions>;
