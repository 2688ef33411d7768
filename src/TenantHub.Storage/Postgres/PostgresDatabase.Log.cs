using Microsoft.Extensions.Logging;

namespace TenantHub.Storage.Postgres;

internal sealed partial class PostgresDatabase
{
    [LoggerMessage(5002, LogLevel.Information, "Database {Name} opened: schema version {Before} found, {Latest} in use")]
    private partial void LogOpened(string name, int before, int latest);

    [LoggerMessage(
        5006,
        LogLevel.Warning,
        "Database {Name}: the table orleansquery lacked {Missing}, without which no server works; they were put back. Somebody has deleted them: look whether other tables lack rows"
    )]
    private partial void LogQueriesPutBack(string name, string missing);
}
