using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;
using TenantHub.Security;
using TenantHub.Server.Ui.Access;

namespace TenantHub.Server.Security;

/// <summary>Bearer tokens of an OpenID Connect provider, beside API keys. A token is told from a key by its form.</summary>
internal static class OidcAuthentication
{
    public const string SchemeName = "Oidc";
    private const string ChooserName = "Hub";

    /// <summary>By the provider's private key only: with a shared secret in the list, its public key could be used as one.</summary>
    public static IReadOnlyList<string> Signatures { get; } =
    [
        SecurityAlgorithms.RsaSha256,
        SecurityAlgorithms.RsaSha384,
        SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256,
        SecurityAlgorithms.EcdsaSha384,
        SecurityAlgorithms.EcdsaSha512,
    ];

    /// <summary>Adds the scheme when an authority is configured, and makes the choice between both the default.</summary>
    public static void AddOidc(this AuthenticationBuilder authentication, OidcOptions oidc)
    {
        if (!oidc.IsEnabled)
            return;
        authentication.AddPersonSignIn(oidc);
        authentication.AddJwtBearer(SchemeName, jwt => Configure(jwt, oidc));
        authentication.AddPolicyScheme(
            ChooserName,
            null,
            chooser =>
                chooser.ForwardDefaultSelector = context => IsJwt(context.Request) ? SchemeName : ApiKeyAuthenticationHandler.SchemeName
        );
        authentication.Services.Configure<AuthenticationOptions>(options => options.DefaultScheme = ChooserName);
    }

    private static void Configure(JwtBearerOptions jwt, OidcOptions oidc)
    {
        jwt.Authority = oidc.Authority;
        jwt.Audience = oidc.Audience;
        jwt.RequireHttpsMetadata = !new Uri(oidc.Authority!).IsLoopback;
        jwt.MapInboundClaims = false;
        jwt.IncludeErrorDetails = false;
        jwt.TokenValidationParameters.ClockSkew = TimeSpan.FromMinutes(1);

        jwt.TokenValidationParameters.ValidAlgorithms = Signatures;
        jwt.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                context.Principal = Read(context.Principal!, oidc).ToPrincipal(SchemeName);
                return Task.CompletedTask;
            },
        };
    }

    /// <summary>Who the token is about, with the highest role that the mapping gives.</summary>
    public static Caller Read(ClaimsPrincipal token, OidcOptions oidc)
    {
        var subject = token.FindFirst("sub")?.Value ?? "unknown";
        var roles = token
            .FindAll(oidc.RoleClaim)
            .Select(claim =>
                oidc.Roles.TryGetValue(claim.Value, out var role) && WireName.TryParse<AccessRole>(role, out var known)
                    ? known
                    : (AccessRole?)null
            );
        return new Caller("oidc:" + subject, token.FindFirst(oidc.NameClaim)?.Value ?? subject, roles.Max());
    }

    private static bool IsJwt(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && header.AsSpan().Count('.') == 2;
    }
}
