using Microsoft.Extensions.Logging;
using TenantHub.Storage.Sql;

namespace TenantHub.Storage.Postgres;

/// <summary>
/// Notices that the database is not the one that it was: a standby has taken over, a backup was restored, or an older copy was put in its place. What the one before had
/// written last may be missing here, idempotency keys among it. Which history this is stands in the database too, so a server that starts
/// later, or has slept, finds it out all the same.
/// </summary>
internal sealed partial class DatabaseHistory(ISqlDatabase database, TimeProvider clock, ILogger<DatabaseHistory> logger)
{
    /// <summary>A key is kept for so long; a younger one may be missing.</summary>
    private static readonly TimeSpan Concerned = TimeSpan.FromHours(24);

    private const string Select = "SELECT history, changed_at FROM database_history FOR UPDATE";
    private const string Insert = "INSERT INTO database_history(history) SELECT @history WHERE NOT EXISTS (SELECT 1 FROM database_history)";
    private const string Update = "UPDATE database_history SET history = @history, changed_at = @now";

    private string? _known;
    private long _written;
    private DateTimeOffset? _changedAt;

    /// <summary>Gets when a change was noticed in the last 24 hours; null when there was none.</summary>
    public DateTimeOffset? ChangedAt => _changedAt is { } at && clock.GetUtcNow() - at < Concerned ? at : null;

    /// <summary>Takes down what the database says of itself now.</summary>
    /// <param name="history">"system identifier/timeline".</param>
    /// <param name="written">How much its log holds, in bytes: it never shrinks, unless an older copy has taken the database's place.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task SeeAsync(string history, long written, CancellationToken cancellationToken)
    {
        var isOlder = history == _known && written < _written;
        if (history == _known && !isOlder)
        {
            _written = written;
            return;
        }

        var now = clock.GetUtcNow();
        var (before, changedAt) = await database.WriteAsync(
            async (connection, cancel) =>
            {
                await connection.ExecuteAsync(Insert, cancel, ("@history", history));
                var stored = await connection.FirstAsync(
                    Select,
                    row => (History: row.GetString(0), At: row.IsDBNull(1) ? (DateTimeOffset?)null : row.GetInstant(1)),
                    cancel
                );
                if (stored.History == history && !isOlder)
                    return stored;
                await connection.ExecuteAsync(Update, cancel, ("@history", history), ("@now", now.Text()));
                return (stored.History, now);
            },
            cancellationToken
        );
        (_known, _written, _changedAt) = (history, written, changedAt);
        if (isOlder)
            LogOlder(history);
        else if (before != history)
            LogChanged(before, history);
    }

    [LoggerMessage(
        5004,
        LogLevel.Error,
        "The database was {Before} and is {History}: a standby has taken over, or a backup was restored. The last writes may be missing. For a day a write under an unknown idempotency key is looked for before it is sent"
    )]
    private partial void LogChanged(string before, string history);

    [LoggerMessage(
        5005,
        LogLevel.Error,
        "The database {History} has less in its log than a moment ago: an older copy of it has taken its place. The last writes are missing. For a day a write under an unknown idempotency key is looked for before it is sent"
    )]
    private partial void LogOlder(string history);
}
