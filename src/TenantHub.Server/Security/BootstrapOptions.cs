using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Server.Security;

/// <summary>What the first start needs.</summary>
internal sealed class BootstrapOptions
{
    public const string SectionName = "TenantHub:Bootstrap";

    /// <summary>Gets or sets the first admin API key. In Development one is made, printed and kept when this is empty.</summary>
    /// <value>The default is none; outside Development the server then refuses to start.</value>
    [MinLength(16, ErrorMessage = "TenantHub:Bootstrap:AdminKey must have at least 16 characters.")]
    public string? AdminKey
    {
        get;
        set => field = string.IsNullOrWhiteSpace(value) ? null : value.Trim(); // An environment variable that is set to nothing is not set.
    }
}

[OptionsValidator]
internal sealed partial class BootstrapOptionsValidator : IValidateOptions<BootstrapOptions>;
