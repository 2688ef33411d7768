using Microsoft.Extensions.Logging;

namespace TenantHub.Quotas;

internal sealed partial class QuotaGrain
{
    [LoggerMessage(
        3001,
        LogLevel.Warning,
        "Quota {ClientId}/{QuotaGroup} paused for {Pause} after Autodesk answered 429 and asked for {Asked}; its limit is taken for {Limit} now"
    )]
    private partial void LogPaused(string clientId, string quotaGroup, TimeSpan pause, TimeSpan asked, int limit);

    [LoggerMessage(3002, LogLevel.Error, "The use of quota {ClientId}/{QuotaGroup} could not be stored; nothing is sent until it can")]
    private partial void LogNotStored(Exception exception, string clientId, string quotaGroup);

    [LoggerMessage(3003, LogLevel.Warning, "A permit of quota {ClientId}/{QuotaGroup} was never given back; its caller is taken for gone")]
    private partial void LogExpired(string clientId, string quotaGroup);

    [LoggerMessage(
        3005,
        LogLevel.Information,
        "The pause of quota {ClientId}/{QuotaGroup} is lifted; one request is tried before the others"
    )]
    private partial void LogLifted(string clientId, string quotaGroup);

    [LoggerMessage(3004, LogLevel.Information, "Quota {ClientId}/{QuotaGroup} has the limit {Limit} now")]
    private partial void LogLimit(string clientId, string quotaGroup, int limit);

    [LoggerMessage(
        3006,
        LogLevel.Warning,
        "The use kept in the row \"quota\" of {GrainId} in the table grain_state is lost: for one window the whole limit counts as used, and a limit that an operator has set has to be set again: {Damage}"
    )]
    private partial void LogDamaged(GrainId grainId, string damage);
}
