using Microsoft.Extensions.Options;
using TenantHub.Security;

namespace TenantHub.Server.Security;

/// <summary>An OpenID Connect provider whose bearer tokens people may use instead of an API key, and where they may sign in to the pages.
/// Off until an authority is set.</summary>
internal sealed class OidcOptions
{
    public const string SectionName = "TenantHub:Oidc";

    /// <summary>Gets or sets the provider's address; its discovery document lies below it.</summary>
    /// <value>The default is none: API keys only.</value>
    public string? Authority { get; set; }

    /// <summary>Gets or sets the audience that tokens must be made for.</summary>
    public string? Audience { get; set; }

    /// <summary>Gets or sets the client id with which people are sent to the provider to sign in to the pages.</summary>
    /// <value>The default is none: tokens work at the API, and nobody signs in to the pages with them.</value>
    public string? ClientId { get; set; }

    /// <summary>Gets or sets the client's secret at the provider.</summary>
    /// <value>The default is none: a public client, which PKCE alone protects.</value>
    public string? ClientSecret { get; set; }

    /// <summary>Gets or sets the public client with which people sign in from the command line, by device code (RFC 8628).</summary>
    /// <value>The default is none: the command line takes API keys.</value>
    public string? DeviceClientId { get; set; }

    /// <summary>Gets or sets the scopes that the command line asks for; the access token has to be made for
    /// <see cref="Audience"/>.</summary>
    /// <value>The default is <c>openid offline_access</c>.</value>
    public string DeviceScope { get; set; } = "openid offline_access";

    /// <summary>Gets or sets the claim that holds roles or groups; one value or a list.</summary>
    /// <value>The default is <c>roles</c>.</value>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>Gets or sets the claim that is shown to people.</summary>
    /// <value>The default is <c>preferred_username</c>; without it the subject is shown.</value>
    public string NameClaim { get; set; } = "preferred_username";

    /// <summary>Gets TenantHub's role (<c>admin</c>, <c>operator</c>, <c>backend</c>, <c>read_only</c>) for each value of the claim. What
    /// is not named gives no role.</summary>
    public IDictionary<string, string> Roles { get; } = new Dictionary<string, string>();

    public bool LetsPeopleSignIn => IsEnabled && !string.IsNullOrEmpty(ClientId);

    public bool LetsDevicesSignIn => IsEnabled && !string.IsNullOrEmpty(DeviceClientId);

    public bool IsEnabled => !string.IsNullOrEmpty(Authority);
}

/// <summary>Half a set-up would look like a working one until the first person cannot get in.</summary>
internal sealed class OidcOptionsValidator : IValidateOptions<OidcOptions>
{
    public ValidateOptionsResult Validate(string? name, OidcOptions options)
    {
        if (!options.IsEnabled)
            return SetWithoutAuthority(options) is { } set
                ? ValidateOptionsResult.Fail(
                    $"{OidcOptions.SectionName}:{set} is set, and {OidcOptions.SectionName}:Authority is not. Give the provider's address, or take the rest away."
                )
                : ValidateOptionsResult.Success;
        var faults = new List<string>();
        if (
            !Uri.TryCreate(options.Authority, UriKind.Absolute, out var authority)
            || !(authority.Scheme == Uri.UriSchemeHttps || authority.IsLoopback)
        )
            faults.Add($"{OidcOptions.SectionName}:Authority is \"{options.Authority}\"; it must be an https address.");
        if (string.IsNullOrEmpty(options.Audience))
            faults.Add(
                $"{OidcOptions.SectionName}:Audience is not set. Without it a token that was made for another service would be accepted."
            );
        if (!string.IsNullOrEmpty(options.ClientSecret) && string.IsNullOrEmpty(options.ClientId))
            faults.Add(
                $"{OidcOptions.SectionName}:ClientSecret is set, and {OidcOptions.SectionName}:ClientId is not, so nobody could sign in to the console."
            );
        if (options.Roles.Count == 0)
            faults.Add(
                $"{OidcOptions.SectionName}:Roles is empty, so nobody would be allowed anything. Map values of the claim \"{options.RoleClaim}\" to roles, for example Roles:hub-operators = operator."
            );
        foreach (var (value, role) in options.Roles)
        {
            if (!WireName.TryParse<AccessRole>(role, out _))
                faults.Add(
                    $"{OidcOptions.SectionName}:Roles:{value} is \"{role}\"; it must be one of {string.Join(", ", Enum.GetValues<AccessRole>().Select(WireName.Of))}."
                );
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>Without an authority all the rest means nothing, and nobody would notice.</summary>
    private static string? SetWithoutAuthority(OidcOptions options) =>
        !string.IsNullOrEmpty(options.Audience) ? nameof(options.Audience)
        : !string.IsNullOrEmpty(options.ClientId) ? nameof(options.ClientId)
        : !string.IsNullOrEmpty(options.ClientSecret) ? nameof(options.ClientSecret)
        : !string.IsNullOrEmpty(options.DeviceClientId) ? nameof(options.DeviceClientId)
        : options.Roles.Count > 0 ? nameof(options.Roles)
        : null;
}
