using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Credentials;

/// <summary>How client secrets are changed.</summary>
public sealed class CredentialOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub:Credentials";

    /// <summary>Gets or sets how long the secret before is held after a rotation.</summary>
    /// <value>The default is one day.</value>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan RotationOverlap { get; set; } = TimeSpan.FromDays(1);
}

[OptionsValidator]
internal sealed partial class CredentialOptionsValidator : IValidateOptions<CredentialOptions>;
