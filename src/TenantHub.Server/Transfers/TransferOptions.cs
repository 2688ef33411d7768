using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Server.Transfers;

/// <summary>Limits for files that pass through the server.</summary>
internal sealed class TransferOptions
{
    public const string SectionName = "TenantHub:Transfers";

    /// <summary>Gets or sets the largest request that may carry a file, in bytes.</summary>
    /// <value>The default is 1 GiB.</value>
    [Range(1024L, 1024L * 1024 * 1024 * 1024)]
    public long MaxRequestBytes { get; set; } = 1024L * 1024 * 1024;
}

[OptionsValidator]
internal sealed partial class TransferOptionsValidator : IValidateOptions<TransferOptions>;
