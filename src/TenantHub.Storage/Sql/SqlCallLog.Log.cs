using Microsoft.Extensions.Logging;

namespace TenantHub.Storage.Sql;

internal sealed partial class SqlCallLog
{
    [LoggerMessage(5301, LogLevel.Warning, "{Count} records of the call log could not be stored; it is tried again")]
    private partial void LogNotStored(Exception exception, int count);

    [LoggerMessage(5302, LogLevel.Error, "{Count} records of the call log were given up; {Dropped} are missing since the start")]
    private partial void LogDropped(int count, long dropped);

    [LoggerMessage(5303, LogLevel.Warning, "Old records of the call log could not be deleted; the next time will do")]
    private partial void LogNotPruned(Exception exception);
}
