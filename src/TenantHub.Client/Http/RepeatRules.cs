using System.Collections.Frozen;
using System.Net;

namespace TenantHub.Client.Http;

/// <summary>
/// Which failures are worth a repeat. A request that may have had an effect is repeated only when it changes nothing or carries an
/// idempotency key,
/// under which the server carries it out once; what never left this machine may be repeated in any case.
/// </summary>
internal static class RepeatRules
{
    /// <summary>Answers that will be another one when time has passed; with each of them either nothing was sent, or the key tells the
    /// server what to
    /// do.</summary>
    private static readonly FrozenSet<string> Passing = new[]
    {
        ErrorCodes.LaneFull,
        ErrorCodes.QuotaExceeded,
        ErrorCodes.AutodeskRateLimited,
        ErrorCodes.TooManyRequests,
        ErrorCodes.HubUnavailable,
        ErrorCodes.StorageUnavailable,
        ErrorCodes.IdempotencyKeyInUse,
        ErrorCodes.AutodeskUnavailable,
        ErrorCodes.AutodeskTimeout,
        ErrorCodes.OutcomeUnknown,
    }.ToFrozenSet();

    /// <summary>Answers that are given before anything is done, so that even a write without a key may be repeated.</summary>
    private static readonly FrozenSet<string> BeforeAnything = new[]
    {
        ErrorCodes.LaneFull,
        ErrorCodes.QuotaExceeded,
        ErrorCodes.TooManyRequests,
    }.ToFrozenSet();

    private static readonly FrozenSet<HttpStatusCode?> PassingOfAProxy = new HttpStatusCode?[]
    {
        HttpStatusCode.BadGateway,
        HttpStatusCode.ServiceUnavailable,
        HttpStatusCode.GatewayTimeout,
    }.ToFrozenSet();

    public static bool Allow(ClientRequest request, Exception fault) =>
        fault switch
        {
            TenantHubException { Code: var code } when Passing.Contains(code) => request.MayBeRepeated
                || (BeforeAnything.Contains(code) && request.File is null or { CanSeek: true }),
            TenantHubException { Code: TenantHubException.Unreachable, Status: HttpStatusCode.TooManyRequests } => request.File
                is null
                    or { CanSeek: true }, // A gateway that counts lets nothing through.
            TenantHubException { Code: TenantHubException.Unreachable, Status: var status } when PassingOfAProxy.Contains(status) =>
                request.MayBeRepeated,
            TenantHubException => false,
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } =>
                request.MayBeRepeated || request.File is null or { CanSeek: true }, // No connection, so nothing was sent.
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => false,
            HttpRequestException or IOException => request.MayBeRepeated,
            _ => false,
        };
}
