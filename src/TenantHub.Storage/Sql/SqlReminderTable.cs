using System.Data.Common;

namespace TenantHub.Storage.Sql;

/// <summary>Orleans' reminders, on both databases alike. Orleans has no table for SQLite; what it asks of one is small.</summary>
internal sealed class SqlReminderTable(ISqlDatabase database) : IReminderTable
{
    private const string Columns = "SELECT grain_id, name, start_at, period_ms, etag FROM reminders WHERE ";

    private const string Upsert = """
        INSERT INTO reminders(grain_id, name, grain_hash, start_at, period_ms, etag) VALUES(@id, @name, @hash, @start, @period, @etag)
        ON CONFLICT(grain_id, name) DO UPDATE SET start_at = excluded.start_at, period_ms = excluded.period_ms, etag = excluded.etag
        """;

    public Task StartAsync(CancellationToken cancellationToken) => database.ReadyAsync(cancellationToken);

    public Task<ReminderTableData> ReadRows(GrainId grainId) => ReadAsync("grain_id = @id", ("@id", grainId.ToString()));

    public Task<ReminderTableData> ReadRows(uint begin, uint end) =>
        ReadAsync(
            begin < end ? "grain_hash > @begin AND grain_hash <= @end" : "(grain_hash > @begin OR grain_hash <= @end)",
            ("@begin", (long)begin),
            ("@end", (long)end)
        );

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) =>
        (
            await ReadAsync("grain_id = @id AND name = @name", ("@id", grainId.ToString()), ("@name", reminderName))
        ).Reminders.SingleOrDefault();

    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var etag = Guid.NewGuid().ToString("N"); // Not a number: the ETag of a reminder that was removed must not fit its successor.
        await database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    Upsert,
                    cancellation,
                    ("@id", entry.GrainId.ToString()),
                    ("@name", entry.ReminderName),
                    ("@hash", (long)entry.GrainId.GetUniformHashCode()),
                    ("@start", new DateTimeOffset(entry.StartAt, TimeSpan.Zero).Text()),
                    ("@period", (long)entry.Period.TotalMilliseconds),
                    ("@etag", etag)
                )
        );
        return etag;
    }

    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) =>
        await database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    "DELETE FROM reminders WHERE grain_id = @id AND name = @name AND etag = @etag",
                    cancellation,
                    ("@id", grainId.ToString()),
                    ("@name", reminderName),
                    ("@etag", eTag)
                )
        ) == 1;

    public Task TestOnlyClearTable() =>
        database.WriteAsync((connection, cancellation) => connection.ExecuteAsync("DELETE FROM reminders", cancellation));

    private async Task<ReminderTableData> ReadAsync(string condition, params (string Name, object? Value)[] parameters) =>
        new(
            await database.ReadAsync(
                (connection, cancellation) => connection.QueryAsync(Columns + condition, ReadEntry, cancellation, parameters)
            )
        );

    private static ReminderEntry ReadEntry(DbDataReader row) =>
        new()
        {
            GrainId = GrainId.Parse(row.GetString(0)),
            ReminderName = row.GetString(1),
            StartAt = row.GetInstant(2).UtcDateTime,
            Period = TimeSpan.FromMilliseconds(row.GetInt64(3)),
            ETag = row.GetString(4),
        };
}
