using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using TenantHub.Autodesk.Transfers;

namespace TenantHub.Server.Transfers;

/// <summary>Limits for files that pass through the server.</summary>
internal sealed class TransferOptions
{
    public const string SectionName = "TenantHub:Transfers";

    /// <summary>Gets or sets the largest request that may carry a file, in bytes.</summary>
    /// <value>The default is what 10,000 parts of 8 MiB hold, 78 GiB.</value>
    [Range(1024L, 1024L * 1024 * 1024 * 1024)]
    public long MaxRequestBytes { get; set; } = PartPlan.MaxSizeThrough + 1024 * 1024;

    /// <summary>Gets or sets how many parts of one upload may be on their way to Autodesk's storage at once. With the one that is being
    /// filled they are what an upload holds in memory: parts of 5 to 8 MiB.</summary>
    /// <value>The default is 3.</value>
    [Range(1, 16)]
    public int PartsInFlight { get; set; } = 3;

    /// <summary>Gets or sets how many parts all uploads of this server together hold in memory; who comes later waits, and so does its
    /// sender.</summary>
    /// <value>The default is 40.</value>
    [Range(1, 10_000)]
    public int PartsInMemory { get; set; } = 40;
}

[OptionsValidator]
internal sealed partial class TransferOptionsValidator : IValidateOptions<TransferOptions>;
