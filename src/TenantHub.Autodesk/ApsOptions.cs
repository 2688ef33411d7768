using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace TenantHub.Autodesk;

/// <summary>Where Autodesk is and how long to wait for it.</summary>
public sealed partial class ApsOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub:Autodesk";

    /// <summary>Gets or sets the address of Autodesk's API, or of any server that behaves like it.</summary>
    /// <value>The default is <c>https://developer.api.autodesk.com</c>.</value>
    [Required]
    public Uri BaseUrl { get; set; } = new("https://developer.api.autodesk.com");

    /// <summary>
    /// Gets the hosts, besides Autodesk's S3 buckets and CDN, to which files may be sent: <c>host</c>, <c>host:port</c>, or
    /// <c>*.suffix</c>. Only hosts named here may be reached over plain http.
    /// </summary>
    /// <value>The default is none.</value>
    public IList<string> AllowedStorageHosts { get; } = [];

    /// <summary>Gets or sets how long one request may take.</summary>
    /// <value>The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long sending one file or part may take.</summary>
    /// <value>The default is 15 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan TransferTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Gets or sets the largest answer that is taken, in bytes.</summary>
    /// <value>The default is 32 MiB.</value>
    [Range(1024, 1024 * 1024 * 1024)]
    public int MaxResponseBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Gets or sets how many bytes of answers larger than 64 KiB this server holds at once; what comes when there is no room waits
    /// within the caller's deadline.</summary>
    /// <value>The default is a quarter of the memory that the process may use, which is the container's limit where there is one.</value>
    [Range(1024 * 1024, long.MaxValue)]
    public long? MaxBytesInFlight { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (BaseUrl is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            yield return new($"{SectionName}:{nameof(BaseUrl)} is \"{BaseUrl}\"; it must be an http or https address with its host.");
        foreach (var host in AllowedStorageHosts.Where(host => !StorageHost().IsMatch(host)))
            yield return new($"{SectionName}:{nameof(AllowedStorageHosts)} holds \"{host}\"; it must be host, host:port or *.suffix.");
    }

    [GeneratedRegex(@"^(\*\.)?([\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:]+\])(:\d{1,5})?\z")]
    private static partial Regex StorageHost();
}

[OptionsValidator]
internal sealed partial class ApsOptionsValidator : IValidateOptions<ApsOptions>;
