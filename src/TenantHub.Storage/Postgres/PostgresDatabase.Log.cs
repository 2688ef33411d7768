using Microsoft.Extensions.Logging;

namespace TenantHub.Storage.Postgres;

internal sealed partial class PostgresDatabase
{
    [LoggerMessage(5002, LogLevel.Information, "Database {Name} opened: schema version {Before} found, {Latest} in use")]
    private partial void LogOpened(string name, int before, int latest);
}
