using Microsoft.Extensions.Logging;
using TenantHub.Accounts;
using TenantHub.Errors;
using TenantHub.Security;

namespace TenantHub.Calls;

/// <summary>
/// Whether the API key of a call that has waited is still good. A key was judged when the call came; until a call is sent minutes may pass,
/// and a key that was revoked meanwhile must send nothing.
/// </summary>
internal sealed partial class CallerKeys(IApiKeyStore keys, TimeProvider clock, ILogger<CallerKeys> logger)
{
    private const string KeyPrefix = "key:key_";

    /// <summary>A server may go by what it knows of a key for about as long (README), so a younger call need not be asked about.</summary>
    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(2);

    /// <summary>Why the call may not be sent; null when it may, also when the database cannot tell: a known key works while it is
    /// away.</summary>
    public ValueTask<ServiceError?> RefuseRevokedAsync(CallRecorder? recorder) =>
        recorder is { Request.CallerId: { } caller } && recorder.Elapsed > Trusted && caller.StartsWith(KeyPrefix, StringComparison.Ordinal)
            ? new(LookUpAsync(caller["key:".Length..]))
            : default;

    private async Task<ServiceError?> LookUpAsync(string keyId)
    {
        try
        {
            return await keys.FindAsync(keyId) is { } key && (key.RevokedAt is not null || key.ExpiresAt <= clock.GetUtcNow())
                ? AccountErrors.KeyEnded()
                : null;
        }
        catch (Exception exception)
        {
            LogNotLookedUp(exception, keyId);
            return null;
        }
    }

    [LoggerMessage(2008, LogLevel.Warning, "The API key {KeyId} of a call that has waited could not be looked up; it counts as good")]
    private partial void LogNotLookedUp(Exception exception, string keyId);
}
