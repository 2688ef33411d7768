using Npgsql;
using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;

namespace TenantHub.Storage;

/// <summary>
/// A small question to the database, over a connection of its own: no load and no used-up pool can make a database look silent. The
/// answer also shows how far the two clocks are apart, and which history of the database this is.
/// </summary>
public sealed class DatabasePulse : IDisposable
{
    // The first eight digits of a log file's name are the timeline, which changes when a standby takes over. An older copy of the same database
    // has the same one, and less in its log.
    private const string Question = """
        SELECT clock_timestamp(), CASE WHEN pg_is_in_recovery() THEN NULL
            ELSE (SELECT system_identifier FROM pg_control_system()) || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END,
            CASE WHEN pg_is_in_recovery() THEN 0 ELSE (pg_current_wal_lsn() - '0/0')::bigint END,
            current_setting('transaction_read_only') = 'on'
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ISqlDatabase _database;
    private readonly SqliteDatabase? _file;
    private readonly NpgsqlDataSource? _source;
    private readonly TimeProvider _clock;
    private readonly DatabaseHistory? _history;

    /// <summary>For a file.</summary>
    internal DatabasePulse(SqliteDatabase database, TimeProvider clock) => (_database, _file, _clock) = (database, database, clock);

    /// <summary>For PostgreSQL.</summary>
    internal DatabasePulse(PostgresDatabase database, string connectionString, DatabaseHistory history, TimeProvider clock)
    {
        (_database, _history, _clock) = (database, history, clock);
        _source = NpgsqlDataSource.Create(PostgresConnection.ForPulse(connectionString));
    }

    /// <summary>Gets when a fail-over, or a restored backup, was noticed in the last 24 hours; null when there was none.</summary>
    public DateTimeOffset? HistoryChangedAt => _history?.ChangedAt;

    /// <summary>Gets how many damaged rows were left out of lists since the start.</summary>
    public int DamagedRows => _database.Damaged.Count;

    /// <summary>Asks once; takes two seconds at most and throws nothing.</summary>
    public async Task<DatabaseReading> AskAsync()
    {
        using var patience = new CancellationTokenSource(Patience, _clock);
        try
        {
            var asked = _source is null ? AskFileAsync(patience.Token) : AskServerAsync(_source, patience.Token);
            return await asked.WaitAsync(patience.Token);
        }
        catch (PostgresException exception)
        {
            return new(DatabaseState.Refuses, PostgresFault.Explain(exception, "of TenantHub").Message);
        }
        catch (StorageException exception)
        {
            return new(DatabaseState.Refuses, exception.Message);
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            return new(DatabaseState.Silent, "The database does not answer.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source?.Dispose();

    private async Task<DatabaseReading> AskFileAsync(CancellationToken cancellationToken)
    {
        await _file!.ReadAsync(
            (connection, cancel) => connection.FirstAsync("SELECT 1", row => row.GetInt64(0), cancel),
            cancellationToken
        );
        await _file.CheckWritesAsync(cancellationToken);
        return new(DatabaseState.Answers, "");
    }

    private async Task<DatabaseReading> AskServerAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var (began, sentAt) = (_clock.GetTimestamp(), _clock.GetUtcNow());
        var (theirs, history, written, isReadOnly) = await connection.FirstAsync(
            Question,
            row => (row.GetFieldValue<DateTimeOffset>(0), row.GetText(1), row.GetInt64(2), row.GetBoolean(3)),
            cancellationToken
        );
        var took = _clock.GetElapsedTime(began);
        if (history is null || isReadOnly)
            return new(DatabaseState.Refuses, "The database is read-only, as a standby is.");
        await _history!.SeeAsync(history, written, cancellationToken);
        return new(DatabaseState.Answers, "") { ClockOffset = sentAt + took / 2 - theirs };
    }
}

/// <summary>How the database took the question.</summary>
public enum DatabaseState
{
    /// <summary>It answered.</summary>
    Answers,

    /// <summary>It is reached, and does not do what is asked.</summary>
    Refuses,

    /// <summary>Nothing came back.</summary>
    Silent,
}

/// <summary>What one question has shown.</summary>
/// <param name="State">How the database took it.</param>
/// <param name="Fault">What is wrong; empty when it answered.</param>
public sealed record DatabaseReading(DatabaseState State, string Fault)
{
    /// <summary>Gets how far this server's clock is ahead of the database's, to within half of the time that the answer took; null when it
    /// is not known.</summary>
    public TimeSpan? ClockOffset { get; init; }
}
