using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using TenantHub.Errors;
using TenantHub.Security;
using TenantHub.Server.Errors;
using TenantHub.Storage;

namespace TenantHub.Server.Security;

/// <summary>An API key as the Basic user name with any password (StackOne's way), or as a Bearer token.</summary>
internal sealed partial class ApiKeyAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AdminKey adminKey, ApiKeyCache keys, TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    private static readonly AuthenticationTicket Bootstrap = Ticket(new Caller("key:bootstrap", "bootstrap admin key", HubRole.Admin));

    private HubError? _refusal;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var header) || header.Parameter is not { } parameter)
            return AuthenticateResult.NoResult();

        var text = header.Scheme.ToUpperInvariant() switch
        {
            "BEARER" => parameter,
            "BASIC" => UserName(parameter),
            _ => null,
        };
        if (text is null) return AuthenticateResult.NoResult();
        if (adminKey.Matches(text)) return AuthenticateResult.Success(Bootstrap);
        try
        {
            return await keys.FindAsync(text) is { } key ? Judge(key) : Refuse(RequestErrors.Unauthenticated());
        }
        catch (StorageException exception)
        {
            LogNotLookedUp(Logger, exception);
            return Refuse(RequestErrors.KeysUnavailable()); // A good key must not be told that it is bad.
        }
    }

    /// <summary>Who holds a key that has ended may know why it does not work any more.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        new HubErrorResult(_refusal ?? RequestErrors.Unauthenticated()).ExecuteAsync(Context);

    private AuthenticateResult Judge(ApiKey key)
    {
        if (key.RevokedAt is { } revokedAt) return Refuse(RequestErrors.Unauthenticated($"The API key {key.Id} was revoked at {revokedAt:u}."));
        if (key.ExpiresAt is { } expiresAt && expiresAt <= clock.GetUtcNow()) return Refuse(RequestErrors.Unauthenticated($"The API key {key.Id} expired at {expiresAt:u}."));
        return AuthenticateResult.Success(Ticket(new Caller("key:" + key.Id, key.Name, key.Role) { OriginOwnerIds = key.OriginOwnerIds, ProfileIds = key.ProfileIds }));
    }

    private AuthenticateResult Refuse(HubError why)
    {
        _refusal = why;
        return AuthenticateResult.Fail(why.Detail);
    }

    private static AuthenticationTicket Ticket(Caller caller) => new(caller.ToPrincipal(SchemeName), SchemeName);

    private static string? UserName(string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length)) return null;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? text : text[..colon];
    }

    [LoggerMessage(7103, LogLevel.Error, "An API key could not be looked up")]
    private static partial void LogNotLookedUp(ILogger logger, Exception exception);
}
