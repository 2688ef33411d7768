using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Storage;

/// <summary>Where the embedded mode keeps its data.</summary>
public sealed class StorageOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub";

    /// <summary>Gets or sets the folder of the database and the keys; relative to the working directory.</summary>
    /// <value>The default is <c>./data</c>.</value>
    [Required, MinLength(1)]
    public string DataDirectory { get; set; } = "./data";
}

[OptionsValidator]
internal sealed partial class StorageOptionsValidator : IValidateOptions<StorageOptions>;
