using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Events;

/// <summary>How events are delivered.</summary>
public sealed class EventOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub:Events";

    /// <summary>Gets or sets whether endpoints on this machine are allowed, over plain http too. For development and tests.</summary>
    /// <value>The default is no.</value>
    public bool AllowLoopback { get; set; }

    /// <summary>Gets or sets how long an endpoint may take to answer.</summary>
    /// <value>The default is 15 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets or sets how long the old secret signs too after a rotation.</summary>
    /// <value>The default is 1 day.</value>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan SecretOverlap { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Gets or sets the address under which Autodesk reaches this TenantHub, for example <c>https://hub.example.com</c>. Hooks
    /// call <c>/autodesk/events/...</c> below it.</summary>
    /// <value>By default there is none, and nothing can be subscribed to.</value>
    public Uri? PublicUrl { get; set; }

    /// <summary>Gets or sets how many hooks one account may have at Autodesk.</summary>
    /// <value>The default is 500.</value>
    [Range(1, 100_000)]
    public int MaxHooksPerAccount { get; set; } = 500;

    /// <summary>Gets or sets how often the hooks of an account are looked at.</summary>
    /// <value>The default is 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets the largest callback of Autodesk's that is taken, in bytes.</summary>
    /// <value>The default is 1 MiB.</value>
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxCallbackBytes { get; set; } = 1024 * 1024;

    /// <summary>Gets or sets how many callbacks of one hook are taken in a second; as many as in ten seconds may come at once. Autodesk
    /// sends again what is not taken.</summary>
    /// <value>The default is 100.</value>
    [Range(1, 100_000)]
    public int CallbacksPerSecond { get; set; } = 100;
}

[OptionsValidator]
internal sealed partial class EventOptionsValidator : IValidateOptions<EventOptions>;

/// <summary>Hooks can only be made for an address that is whole.</summary>
internal sealed class PublicUrlValidator : IValidateOptions<EventOptions>
{
    public ValidateOptionsResult Validate(string? name, EventOptions options) =>
        options.PublicUrl is not { } url
        || (url.IsAbsoluteUri && url.Scheme is "http" or "https" && url.Query.Length == 0 && url.Fragment.Length == 0)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{EventOptions.SectionName}:PublicUrl is \"{url}\". It must be an address such as https://hub.example.com, without query and fragment."
            );
}
