using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Server.Telemetry;

/// <summary>Where the metrics are served.</summary>
internal sealed class MetricsOptions
{
    public const string SectionName = "TenantHub:Metrics";

    /// <summary>Gets or sets whether metrics are collected and served as <c>/metrics</c>.</summary>
    /// <value>The default is true.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>Gets or sets a port of its own for <c>/metrics</c>, where no API key is asked for. Only Prometheus may reach it.</summary>
    /// <value>The default is none: <c>/metrics</c> lies beside the API and needs an API key.</value>
    [Range(1, 65535)]
    public int? Port { get; set; }
}

[OptionsValidator]
internal sealed partial class MetricsOptionsValidator : IValidateOptions<MetricsOptions>;
