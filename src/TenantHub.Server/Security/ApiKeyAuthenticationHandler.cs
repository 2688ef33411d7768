using System.Runtime.CompilerServices;
using System.Security.Cryptography;
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

    private const int MostOnStack = 512;

    /// <summary>Answers by caller: the same key comes with every call, and nobody changes a ticket.</summary>
    private static readonly ConditionalWeakTable<Caller, Task<AuthenticateResult>> Accepted = [];
    private static readonly Task<AuthenticateResult> Nobody = Task.FromResult(AuthenticateResult.NoResult());

    private ServiceError? _refusal;

    /// <summary>The usual call waits for nothing and makes nothing: its key is in use, and what was answered before is answered again.</summary>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (HashOf(Request.Headers.Authorization.ToString(), out var mayBeKey) is not { } hash)
            return Nobody;
        if (!keys.IsKnown(hash) && refusals.IsSpent(Context))
            return Task.FromResult(Refuse(TooMany(refusals.Count(Context))));
        var judging = keys.JudgeAsync(hash, mayBeKey);
        return judging.IsCompletedSuccessfully ? Answer(judging.Result) : WaitAsync(judging);
    }

    private async Task<AuthenticateResult> WaitAsync(ValueTask<(Caller? Caller, ServiceError? Refusal)> judging) =>
        await Answer(await judging);

    private Task<AuthenticateResult> Answer((Caller? Caller, ServiceError? Refusal) judged) =>
        judged.Caller is { } caller
            ? Accepted.GetValue(
                caller,
                static caller =>
                    Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(SchemeName), SchemeName)))
            )
            : Task.FromResult(
                Refuse(
                    judged.Refusal is { Code: ErrorCode.Unauthenticated } && refusals.Count(Context) is { } wait
                        ? TooMany(wait)
                        : judged.Refusal!
                )
            );

    /// <summary>Who holds a key that has ended may know why it does not work any more. A browser that is lost is not asked for one.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        ErrorPages.IsLostBrowser(Context)
            ? ErrorPages.ShowNoPageAsync(Context)
            : new ErrorResult(_refusal ?? RequestErrors.Unauthenticated()).ExecuteAsync(Context);

    private static ServiceError TooMany(TimeSpan? wait) =>
        RequestErrors.TooMany("Too many wrong API keys came from your address.", wait ?? TimeSpan.FromMinutes(1));

    private AuthenticateResult Refuse(ServiceError why)
    {
        _refusal = why;
        return AuthenticateResult.Fail(why.Detail);
    }

    /// <summary>The hash of the key that a header carries; null when it carries none. Nothing of the key is left behind.</summary>
    private static string? HashOf(ReadOnlySpan<char> header, out bool mayBeKey)
    {
        mayBeKey = false;
        header = header.Trim();
        if (header.IndexOf(' ') is not (> 0 and var space))
            return null;
        var scheme = header[..space];
        var parameter = header[space..].Trim();
        var isBasic = scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);
        if (!isBasic && !scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return null;
        var most = Encoding.UTF8.GetMaxByteCount(parameter.Length);
        var bytes = most <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[most];
        int length;
        if (!isBasic)
            length = Encoding.UTF8.GetBytes(parameter, bytes);
        else if (!Convert.TryFromBase64Chars(parameter, bytes, out length))
            return null;
        var key = bytes[..length];
        if (isBasic && key.IndexOf((byte)':') is >= 0 and var colon)
            key = key[..colon];
        mayBeKey = ApiKeyText.IsKey(key);
        var hash = ApiKeyText.Hash(key);
        CryptographicOperations.ZeroMemory(bytes);
        return hash;
    }
}
