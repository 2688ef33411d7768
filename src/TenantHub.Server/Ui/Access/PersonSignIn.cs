using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using TenantHub.Server.Security;

namespace TenantHub.Server.Ui.Access;

/// <summary>
/// People sign in at their company's OpenID Connect provider: authorization code with PKCE, for the same roles as their bearer tokens. What
/// the provider vouched for is sealed into the pages' own cookie; tokens are not kept.
/// </summary>
internal static class PersonSignIn
{
    public const string Scheme = "OidcSignIn";
    private const string Callback = "/ui/oidc";

    public static void AddPersonSignIn(this AuthenticationBuilder authentication, OidcOptions oidc)
    {
        if (oidc.LetsPeopleSignIn)
            authentication.AddOpenIdConnect(Scheme, options => Configure(options, oidc));
    }

    private static void Configure(OpenIdConnectOptions options, OidcOptions oidc)
    {
        (options.Authority, options.ClientId, options.ClientSecret) = (oidc.Authority, oidc.ClientId, oidc.ClientSecret);
        (options.ResponseType, options.ResponseMode, options.UsePkce) = (
            OpenIdConnectResponseType.Code,
            OpenIdConnectResponseMode.Query,
            true
        );
        (options.SignInScheme, options.CallbackPath, options.SaveTokens, options.MapInboundClaims) = (
            UiAccess.Scheme,
            Callback,
            false,
            false
        );
        options.RequireHttpsMetadata = !new Uri(oidc.Authority!).IsLoopback;
        options.TokenValidationParameters.ValidAlgorithms = OidcAuthentication.Signatures;
        foreach (var cookie in new[] { options.CorrelationCookie, options.NonceCookie })
            (cookie.SameSite, cookie.SecurePolicy, cookie.Path) = (SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest, UiAccess.Home); // The way back is a link, not a form.

        options.Events.OnTicketReceived = context =>
        {
            context.Principal = context
                .HttpContext.RequestServices.GetRequiredService<UiSession>()
                .ForPerson(OidcAuthentication.Read(context.Principal!, oidc));
            context.Properties!.IsPersistent = false;
            context.ReturnUri = $"{UiAccess.SignedIn}?to={Uri.EscapeDataString(context.ReturnUri ?? UiAccess.Home)}";
            return Task.CompletedTask;
        };
        options.Events.OnRemoteFailure = context =>
        {
            context.Response.Redirect(UiAccess.SignIn + "?failed=");
            context.HandleResponse();
            return Task.CompletedTask;
        };
    }
}
