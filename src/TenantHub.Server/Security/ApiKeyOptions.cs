using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Server.Security;

/// <summary>How long this server goes by what it knows of an API key.</summary>
internal sealed class ApiKeyOptions
{
    public const string SectionName = "TenantHub:ApiKeys";

    /// <summary>Gets or sets within which time a revocation takes effect on every server: a key in use is looked up twice in it.</summary>
    /// <value>The default is 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan LookUpEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how long a known key goes on working while the database does not answer. Nobody can revoke it there
    /// meanwhile.</summary>
    /// <value>The default is 1 minute.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan KeepWithoutDatabase { get; set; } = TimeSpan.FromMinutes(1);
}

[OptionsValidator]
internal sealed partial class ApiKeyOptionsValidator : IValidateOptions<ApiKeyOptions>;
