using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace TenantHub.Server.Security;

/// <summary>An OpenID Connect provider on loopback: a discovery document, its public key, and tokens signed by a key made here.</summary>
internal sealed class TokenIssuer : IAsyncDisposable
{
    public const string Audience = "tenanthub";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly RsaSecurityKey _key;
    private readonly WebApplication _app;

    private TokenIssuer()
    {
        _key = new RsaSecurityKey(_rsa) { KeyId = "k1" };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = Address, jwks_uri = $"{Address}/keys", id_token_signing_alg_values_supported = new[] { "RS256" } }));
        _app.MapGet("/keys", () =>
        {
            var parameters = _rsa.ExportParameters(includePrivateParameters: false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", kid = "k1", alg = "RS256", n = Base64UrlEncoder.Encode(parameters.Modulus), e = Base64UrlEncoder.Encode(parameters.Exponent) } } });
        });
    }

    public string Address => _app.Urls.First();

    public SecurityKey Key => _key;

    /// <summary>Gets the public key as bytes, for a forger who signs with it as if it were a shared secret.</summary>
    public byte[] PublicKey => _rsa.ExportSubjectPublicKeyInfo();

    public static async Task<TokenIssuer> StartAsync()
    {
        var issuer = new TokenIssuer();
        await issuer._app.StartAsync();
        return issuer;
    }

    public string Token(object[] roles, string? audience = null, string? issuer = null, SigningCredentials? signing = null, TimeSpan? validFor = null)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Address,
            Audience = audience ?? Audience,
            NotBefore = now.AddHours(-2),
            Expires = now + (validFor ?? TimeSpan.FromMinutes(5)),
            Claims = new Dictionary<string, object> { ["sub"] = "user-1", ["preferred_username"] = "jane", ["roles"] = roles },
            SigningCredentials = signing ?? new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _rsa.Dispose();
    }
}
