using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
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

    public const string ClientId = "tenanthub-console";
    public const string ClientSecret = "the-consoles-secret-at-the-provider";

    private readonly ConcurrentDictionary<string, (string Challenge, string Nonce)> _codes = [];
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
        _app.MapGet(
            "/.well-known/openid-configuration",
            () =>
                Results.Json(
                    new
                    {
                        issuer = Address,
                        jwks_uri = $"{Address}/keys",
                        authorization_endpoint = $"{Address}/authorize",
                        token_endpoint = $"{Address}/token",
                        id_token_signing_alg_values_supported = new[] { "RS256" },
                    }
                )
        );
        _app.MapGet("/authorize", Authorize);
        _app.MapPost("/token", RedeemAsync);
        _app.MapGet(
            "/keys",
            () =>
            {
                var parameters = _rsa.ExportParameters(includePrivateParameters: false);
                return Results.Json(
                    new
                    {
                        keys = new[]
                        {
                            new
                            {
                                kty = "RSA",
                                use = "sig",
                                kid = "k1",
                                alg = "RS256",
                                n = Base64UrlEncoder.Encode(parameters.Modulus),
                                e = Base64UrlEncoder.Encode(parameters.Exponent),
                            },
                        },
                    }
                );
            }
        );
    }

    /// <summary>Gets or sets the roles of the person who is in front of the browser.</summary>
    public object[] PersonsRoles { get; set; } = [];

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

    public string Token(
        object[] roles,
        string? audience = null,
        string? issuer = null,
        SigningCredentials? signing = null,
        TimeSpan? validFor = null,
        string? nonce = null
    )
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = issuer ?? Address,
                Audience = audience ?? Audience,
                IssuedAt = now,
                NotBefore = now.AddHours(-2),
                Expires = now + (validFor ?? TimeSpan.FromMinutes(5)),
                Claims = new Dictionary<string, object>(nonce is null ? [] : [KeyValuePair.Create<string, object>("nonce", nonce)])
                {
                    ["sub"] = "user-1",
                    ["preferred_username"] = "jane",
                    ["roles"] = roles,
                },
                SigningCredentials = signing ?? new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
            }
        );
    }

    /// <summary>The person is signed in here already, so the way back begins at once.</summary>
    private IResult Authorize(HttpRequest request)
    {
        var code = Guid.NewGuid().ToString("N");
        _codes[code] = (request.Query["code_challenge"].ToString(), request.Query["nonce"].ToString());
        return request.Query["code_challenge_method"] == "S256" && request.Query["response_type"] == "code"
            ? Results.Redirect(
                $"{request.Query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(request.Query["state"].ToString())}"
            )
            : Results.BadRequest();
    }

    /// <summary>A code is good once, and only for who has sent the challenge.</summary>
    private async Task<IResult> RedeemAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (!_codes.TryRemove(form["code"].ToString(), out var asked))
            return Results.BadRequest();
        var proof = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        return proof == asked.Challenge && form["client_secret"] == ClientSecret
            ? Results.Json(
                new
                {
                    id_token = Token(PersonsRoles, audience: ClientId, nonce: asked.Nonce),
                    access_token = "not-used",
                    token_type = "Bearer",
                    expires_in = 300,
                }
            )
            : Results.BadRequest();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _rsa.Dispose();
    }
}
