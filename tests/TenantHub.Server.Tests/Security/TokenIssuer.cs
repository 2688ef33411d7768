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

    public const string DeviceClientId = "tenanthub-cli";

    private readonly ConcurrentDictionary<string, (string Challenge, string Nonce)> _codes = [];
    private readonly ConcurrentDictionary<string, Device> _devices = [];
    private readonly ConcurrentDictionary<string, bool> _refreshTokens = [];
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
                        device_authorization_endpoint = $"{Address}/device",
                        id_token_signing_alg_values_supported = new[] { "RS256" },
                    }
                )
        );
        _app.MapGet("/authorize", Authorize);
        _app.MapPost("/token", RedeemAsync);
        _app.MapPost("/device", BeginDeviceAsync);
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

    /// <summary>Gets or sets for how long access tokens of devices are good.</summary>
    public TimeSpan DeviceTokens { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets how often a token was renewed.</summary>
    public int Renewals { get; private set; }

    /// <summary>Gets what devices were answered before they got a token.</summary>
    public ConcurrentQueue<string> DeviceAnswers { get; } = [];

    /// <summary>The person enters a code that a device has shown, and says yes or no.</summary>
    public void Enter(string userCode, bool approve = true) =>
        _devices.Values.Single(device => device.UserCode == userCode).IsApproved = approve;

    /// <summary>Ends all sign-ins of devices.</summary>
    public void ForgetRefreshTokens() => _refreshTokens.Clear();

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
        if (form["grant_type"].ToString() is "refresh_token" or DeviceGrant)
            return AnswerDevice(form);
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

    private const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

    private async Task<IResult> BeginDeviceAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (form["client_id"] != DeviceClientId || !form["scope"].ToString().Contains("offline_access", StringComparison.Ordinal))
            return Results.Json(new { error = "invalid_client" }, statusCode: 400);
        var (code, shown) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N")[..8].ToUpperInvariant());
        _devices[code] = new(shown);
        return Results.Json(
            new
            {
                device_code = code,
                user_code = shown,
                verification_uri = $"{Address}/enter",
                verification_uri_complete = $"{Address}/enter?code={shown}",
                expires_in = 300,
                interval = 1,
            }
        );
    }

    /// <summary>A device code and a refresh token are good once.</summary>
    private IResult AnswerDevice(IFormCollection form)
    {
        if (form["client_id"] != DeviceClientId)
            return Results.Json(new { error = "invalid_client" }, statusCode: 401);
        if (form["grant_type"] == "refresh_token")
        {
            if (!_refreshTokens.TryRemove(form["refresh_token"].ToString(), out _))
                return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
            Renewals++;
            return DeviceToken();
        }

        var (error, code) = ("invalid_grant", form["device_code"].ToString());
        if (_devices.TryGetValue(code, out var device))
            error =
                device.IsApproved is false ? "access_denied"
                : device.Asked++ == 0 ? "slow_down"
                : device.IsApproved is null ? "authorization_pending"
                : "";
        if (error.Length == 0 && _devices.TryRemove(code, out _))
            return DeviceToken();
        DeviceAnswers.Enqueue(error);
        return Results.Json(new { error }, statusCode: 400);
    }

    private IResult DeviceToken()
    {
        var refresh = Guid.NewGuid().ToString("N");
        _refreshTokens[refresh] = true;
        return Results.Json(
            new
            {
                access_token = Token(PersonsRoles, validFor: DeviceTokens),
                refresh_token = refresh,
                token_type = "Bearer",
                expires_in = (int)DeviceTokens.TotalSeconds,
            }
        );
    }

    private sealed class Device(string userCode)
    {
        public string UserCode => userCode;

        public bool? IsApproved { get; set; }

        public int Asked { get; set; }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _rsa.Dispose();
    }
}
