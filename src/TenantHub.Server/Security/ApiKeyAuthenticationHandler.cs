using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using TenantHub.Errors;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Security;

/// <summary>An API key as the Basic user name with any password (StackOne's way), or as a Bearer token.</summary>
internal sealed class ApiKeyAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    KeyJudge keys,
    RefusalLimits refusals
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    /// <summary>Tickets by caller: the same key comes with every call, and nobody changes a ticket.</summary>
    private static readonly ConditionalWeakTable<Caller, AuthenticateResult> Accepted = [];

    private ServiceError? _refusal;

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
        if (text is null)
            return AuthenticateResult.NoResult();
        var hash = ApiKeyText.Hash(text);
        if (!keys.IsKnown(hash) && refusals.IsSpent(Context))
            return Refuse(TooMany(refusals.Count(Context)));
        var (caller, refusal) = await keys.JudgeAsync(text, hash);
        return caller is null
            ? Refuse(refusal is { Code: ErrorCode.Unauthenticated } && refusals.Count(Context) is { } wait ? TooMany(wait) : refusal!)
            : Accepted.GetValue(
                caller,
                static caller => AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(SchemeName), SchemeName))
            );
    }

    /// <summary>Who holds a key that has ended may know why it does not work any more.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        new ErrorResult(_refusal ?? RequestErrors.Unauthenticated()).ExecuteAsync(Context);

    private static ServiceError TooMany(TimeSpan? wait) =>
        RequestErrors.TooMany("Too many wrong API keys came from your address.", wait ?? TimeSpan.FromMinutes(1));

    private AuthenticateResult Refuse(ServiceError why)
    {
        _refusal = why;
        return AuthenticateResult.Fail(why.Detail);
    }

    private static string? UserName(string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
            return null;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? text : text[..colon];
    }
}
