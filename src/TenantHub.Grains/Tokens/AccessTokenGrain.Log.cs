using Microsoft.Extensions.Logging;

namespace TenantHub.Tokens;

internal sealed partial class AccessTokenGrain
{
    [LoggerMessage(4001, LogLevel.Information, "Autodesk granted client {ClientId} a token for {Scopes} until {ExpiresAt}")]
    private partial void LogGranted(string clientId, string scopes, DateTimeOffset expiresAt);

    [LoggerMessage(4002, LogLevel.Warning, "Autodesk gave client {ClientId} no token for {Scopes}: {Code}")]
    private partial void LogRefused(string clientId, string scopes, ErrorCode code);

    [LoggerMessage(
        4003,
        LogLevel.Warning,
        "The token of client {ClientId} could not be stored; after a restart a new one will be asked for"
    )]
    private partial void LogNotKept(Exception exception, string clientId);

    [LoggerMessage(
        4004,
        LogLevel.Warning,
        "The token kept in the row \"access-token\" of {GrainId} in the table grain_state counts as absent, and the next one takes its place: {Damage}"
    )]
    private partial void LogDamaged(GrainId grainId, string damage);
}
