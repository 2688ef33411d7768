using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Tokens;

/// <summary>When access tokens are renewed.</summary>
public sealed class AccessTokenOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub:AccessTokens";

    /// <summary>Gets or sets how long before its end a token is renewed in the background.</summary>
    /// <value>The default is 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:10", "00:30:00")]
    public TimeSpan RenewBefore { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets by how much more, at random, a renewal is moved ahead, so that tokens made together are not renewed
    /// together.</summary>
    /// <value>The default is 2 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:15:00")]
    public TimeSpan RenewSpread { get; set; } = TimeSpan.FromMinutes(2);
}

[OptionsValidator]
internal sealed partial class AccessTokenOptionsValidator : IValidateOptions<AccessTokenOptions>;
