using Microsoft.Extensions.Logging;

namespace TenantHub.Storage.Sql;

internal sealed partial class RetentionSweep
{
    [LoggerMessage(5401, LogLevel.Information, "{Deliveries} old event deliveries and {States} old grain states were deleted")]
    private partial void LogSwept(int deliveries, int states);

    [LoggerMessage(5402, LogLevel.Warning, "Old rows could not be deleted; the next time will do")]
    private partial void LogNotSwept(Exception exception);
}
