using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Provisioning;

/// <summary>How often an account that does not work is looked at again.</summary>
public sealed class ProvisioningOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub:Provisioning";

    /// <summary>
    /// Gets or sets how old the last verification must be before a call that it forbids makes TenantHub verify again instead of refusing.
    /// </summary>
    /// <value>The default is 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ReverifyAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how often an account that waits for its admin is looked at, at least. It begins with once a minute and becomes
    /// less often.</summary>
    /// <value>The default is 6 hours.</value>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan LookAgainAtLeastEvery { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Gets or sets how often an account that has work looks for changes of its connector profile.</summary>
    /// <value>The default is 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ReadProfileEvery { get; set; } = TimeSpan.FromSeconds(10);
}

[OptionsValidator]
internal sealed partial class ProvisioningOptionsValidator : IValidateOptions<ProvisioningOptions>;
