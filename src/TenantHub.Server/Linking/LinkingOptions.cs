using Microsoft.Extensions.Options;
using TenantHub.Profiles;
using TenantHub.Server.Security;

namespace TenantHub.Server.Linking;

/// <summary>Where customers' admins link their accounts.</summary>
internal sealed class LinkingOptions
{
    public const string SectionName = "TenantHub:Linking";

    /// <summary>Gets or sets the address under which the Link pages are reached from outside, for example
    /// <c>https://hub.example.com</c>.</summary>
    /// <value>The default is none: the address with which the session was asked for.</value>
    public Uri? PublicUrl { get; set; }

    /// <summary>Gets or sets the name under which the customer knows the product that asks for the link.</summary>
    /// <value>The default is <c>TenantHub</c>.</value>
    public string ProductName { get; set; } = "TenantHub";

    /// <summary>Gets or sets the connector profile of sessions that name none.</summary>
    /// <value>The default is none: the admin brings an own app.</value>
    public string? DefaultProfileId { get; set; }

    /// <summary>Gets the origins that may show the Link page in a frame and are told when an account is linked, for example
    /// <c>https://app.example.com</c>.</summary>
    /// <value>The default is none: no frame.</value>
    public IList<string> AllowedFrameOrigins { get; } = [];
}

/// <summary>An origin that is no origin would make the whole content security policy void, so it stops the start.</summary>
internal sealed class LinkingOptionsValidator(IConfiguration configuration) : IValidateOptions<LinkingOptions>
{
    public ValidateOptionsResult Validate(string? name, LinkingOptions options)
    {
        const string origins = $"{LinkingOptions.SectionName}:{nameof(LinkingOptions.AllowedFrameOrigins)}";
        var faults = BrowserOrigins.FaultsOf(origins, options.AllowedFrameOrigins, configuration).ToList();
        if (options.PublicUrl is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https")))
            faults.Add($"{LinkingOptions.SectionName}:PublicUrl must be an absolute http or https address.");
        if (options.DefaultProfileId is { Length: > 0 } profile && !ProfileDescription.IsId(profile))
            faults.Add($"{LinkingOptions.SectionName}:DefaultProfileId is no profile's id: 1 to 64 of a-z, 0-9, - and _.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
