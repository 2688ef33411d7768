using Microsoft.Extensions.Logging;

namespace TenantHub.Storage.Sqlite;

internal sealed partial class SqliteDatabase
{
    [LoggerMessage(5001, LogLevel.Information, "Database {Path} opened: schema version {Before} found, {Latest} in use")]
    private partial void LogOpened(string path, int before, int latest);
}
