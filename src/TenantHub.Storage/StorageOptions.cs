using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Storage;

/// <summary>Where the embedded storage keeps its data, and how patient it is.</summary>
public sealed class StorageOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub";

    /// <summary>Gets or sets the folder of the database and the keys; relative to the working directory.</summary>
    /// <value>The default is <c>./data</c>.</value>
    [Required(
        AllowEmptyStrings = false,
        ErrorMessage = "TenantHub:DataDirectory is empty. Give the folder in which TenantHub keeps its database and keys."
    )]
    public string DataDirectory { get; set; } = "./data";

    /// <summary>Gets or sets how long a write waits while another program (a backup, a database browser) holds the database.</summary>
    /// <value>The default is 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan DatabaseBusyTimeout { get; set; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class StorageOptionsValidator : IValidateOptions<StorageOptions>;
