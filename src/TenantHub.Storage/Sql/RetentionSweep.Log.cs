using Microsoft.Extensions.Logging;

namespace TenantHub.Storage.Sql;

internal sealed partial class RetentionSweep
{
    [LoggerMessage(
        5401,
        LogLevel.Information,
        "{Deliveries} old event deliveries, {States} old grain states and {Rows} rows of unlinked accounts and revoked keys were deleted"
    )]
    private partial void LogSwept(int deliveries, int states, int rows);

    [LoggerMessage(5402, LogLevel.Warning, "Old rows could not be deleted; the next time will do")]
    private partial void LogNotSwept(Exception exception);
}
