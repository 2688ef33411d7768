using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using TenantHub.Events;

namespace TenantHub.Storage.Sql;

/// <summary>The outbox of events: what is told of a delivery as JSON, the event itself sealed until it is delivered.</summary>
internal sealed class SqlEventDeliveryStore(
    ISqlDatabase database,
    IDataProtectionProvider protection,
    IOptions<RetentionOptions> options,
    TimeProvider clock
) : IEventDeliveryStore
{
    private const string Purpose = "TenantHub.EventDelivery.v1";

    private const string Remedy = "Restore it from a backup, or delete it: the event is not delivered then.";

    private const string Row = """
        INSERT INTO event_deliveries(endpoint_id, event_id, happened_at, status, description, due_at, content, feed_of, sequence)
        VALUES(@endpoint, @event, @at, 'pending', @description, @due, @content, @feed, @sequence)
        ON CONFLICT(endpoint_id, event_id) DO UPDATE
        SET status = 'pending', description = excluded.description, due_at = excluded.due_at, content = excluded.content
        """;

    // A row that has no content, and is not delivered, is of a grain from before the outbox, which hands it over.
    private const string Insert = Row + " WHERE event_deliveries.content IS NULL AND event_deliveries.status <> 'delivered'";

    private const string Due = """
        SELECT event_id, description, content FROM event_deliveries WHERE endpoint_id = @endpoint AND due_at <= @now
        ORDER BY due_at, event_id LIMIT @limit
        """;

    private const string Conclude = """
        UPDATE event_deliveries SET status = @status, description = @description, due_at = @due,
            content = CASE WHEN @status = 'delivered' THEN NULL ELSE content END
        WHERE endpoint_id = @endpoint AND event_id = @event AND due_at IS NOT NULL
        """;

    // Of an event that every endpoint has.
    private const string DropPayload = """
        UPDATE autodesk_events SET payload = NULL WHERE account_id = @feed AND sequence = @sequence
        AND NOT EXISTS (SELECT 1 FROM event_deliveries WHERE feed_of = @feed AND sequence = @sequence AND status <> 'delivered')
        """;

    private const string Place = "SELECT feed_of, sequence FROM event_deliveries WHERE endpoint_id = @endpoint AND event_id = @event";

    private const string Find = """
        SELECT event_id, description FROM event_deliveries WHERE endpoint_id = @endpoint AND event_id = @event AND content IS NOT NULL
        """;

    private const string Again = """
        UPDATE event_deliveries SET status = 'pending', description = @description, due_at = @due
        WHERE endpoint_id = @endpoint AND event_id = @event AND content IS NOT NULL
        """;

    private static readonly RowFormat<EventDelivery> Rows = new(
        "event_deliveries",
        row => StorageJson.Read<EventDelivery>(row.GetFieldValue<byte[]>(1)),
        Remedy
    );

    public Task AddAsync(IReadOnlyList<DueDelivery> deliveries)
    {
        var rows = Prepare(deliveries);
        return database.WriteInBackgroundAsync((connection, cancellation) => InsertAsync(connection, rows, cancellation));
    }

    public Task AddAgainAsync(IReadOnlyList<DueDelivery> deliveries)
    {
        var rows = Prepare(deliveries);
        return database.WriteInBackgroundAsync(
            async (connection, cancellation) =>
            {
                foreach (var row in rows)
                    await connection.ExecuteAsync(Row, cancellation, row);
                return rows.Count;
            }
        );
    }

    public async Task<IReadOnlyList<DueDelivery>> ListDueAsync(string endpointId, IReadOnlyCollection<string> except, int limit)
    {
        var rows = await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    Due,
                    DueRows(endpointId),
                    database.Damaged,
                    limit + except.Count,
                    cancellation,
                    ("@endpoint", endpointId),
                    ("@now", clock.GetUtcNow().Text())
                )
        );
        return [.. rows.Where(delivery => !except.Contains(delivery.Event.Id)).Take(limit)];
    }

    public async Task<IReadOnlyList<string>> ListBehindAsync(CancellationToken cancellationToken = default) =>
        await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    "SELECT DISTINCT endpoint_id FROM event_deliveries WHERE due_at <= @now",
                    row => row.GetString(0),
                    cancellation,
                    ("@now", clock.GetUtcNow().Text())
                ),
            cancellationToken
        );

    public Task ConcludeAsync(IReadOnlyList<EventDelivery> tried)
    {
        var rows = tried
            .Select(delivery =>
                ((string, object?)[])
                    [
                        ("@endpoint", delivery.EndpointId),
                        ("@event", delivery.EventId),
                        ("@status", WireName.Of(delivery.Status)),
                        ("@description", Write(delivery)),
                        ("@due", delivery.NextAttemptAt?.Text()),
                    ]
            )
            .ToList();
        return database.WriteInBackgroundAsync(
            async (connection, cancellation) =>
            {
                foreach (var row in rows)
                    await connection.ExecuteAsync(Conclude, cancellation, row);
                if (options.Value.AutodeskPayloads is PayloadRetention.UntilDelivered)
                {
                    foreach (var delivery in tried.Where(each => each.Status is EventDeliveryStatus.Delivered))
                        await DropPayloadAsync(connection, delivery, cancellation);
                }

                return rows.Count;
            }
        );
    }

    public async Task<bool> ReplayAsync(string endpointId, string eventId)
    {
        (string, object?)[] key = [("@endpoint", endpointId), ("@event", eventId)];
        var now = clock.GetUtcNow();
        return await database.WriteAsync(
                async (connection, cancellation) =>
                {
                    if (await connection.FirstAsync(Find, Rows.Read, cancellation, key) is not { } delivery)
                        return 0;
                    var again = delivery with { Status = EventDeliveryStatus.Pending, Attempts = 0, NextAttemptAt = now };
                    return await connection.ExecuteAsync(
                        Again,
                        cancellation,
                        [.. key, ("@description", Write(again)), ("@due", now.Text())]
                    );
                }
            ) == 1;
    }

    public async Task<IReadOnlyList<EventDelivery>> ListAsync(
        string endpointId,
        EventDeliveryStatus? status,
        int limit,
        CancellationToken cancellationToken = default
    )
    {
        (string Name, object? Value)[] parameters = [("@endpoint", endpointId)];
        if (status is { } wanted)
            parameters = [.. parameters, ("@status", WireName.Of(wanted))];
        return await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    $"SELECT event_id, description FROM event_deliveries WHERE endpoint_id = @endpoint{(status is null ? "" : " AND status = @status")} ORDER BY happened_at DESC, event_id DESC LIMIT @limit",
                    Rows,
                    database.Damaged,
                    limit,
                    cancellation,
                    parameters
                ),
            cancellationToken
        );
    }

    /// <summary>The rows of deliveries, ready to be inserted within another write.</summary>
    internal List<(string, object?)[]> Prepare(IReadOnlyList<DueDelivery> deliveries)
    {
        var now = clock.GetUtcNow();
        return deliveries
            .Select(delivery =>
                ((string, object?)[])
                    [
                        ("@endpoint", delivery.EndpointId),
                        ("@event", delivery.Event.Id),
                        ("@at", delivery.Event.At.Text()),
                        (
                            "@description",
                            Write(
                                new EventDelivery(
                                    delivery.EndpointId,
                                    delivery.Event.Id,
                                    delivery.Event.Type,
                                    delivery.Event.At,
                                    EventDeliveryStatus.Pending,
                                    delivery.Attempts,
                                    now,
                                    null
                                )
                            )
                        ),
                        ("@due", now.Text()),
                        (
                            "@content",
                            Protector(delivery.EndpointId).Protect(JsonSerializer.SerializeToUtf8Bytes(delivery.Event, StorageJson.Plain))
                        ),
                        ("@feed", delivery.FeedOf),
                        ("@sequence", delivery.FeedOf is null ? null : delivery.Sequence),
                    ]
            )
            .ToList();
    }

    internal static async Task<int> InsertAsync(DbConnection connection, List<(string, object?)[]> rows, CancellationToken cancellation)
    {
        foreach (var row in rows)
            await connection.ExecuteAsync(Insert, cancellation, row);
        return rows.Count;
    }

    private static async Task DropPayloadAsync(DbConnection connection, EventDelivery delivered, CancellationToken cancellation)
    {
        var (feed, sequence) = await connection.FirstAsync(
            Place,
            row => row.IsDBNull(0) ? default : (row.GetString(0), row.GetInt64(1)),
            cancellation,
            ("@endpoint", delivered.EndpointId),
            ("@event", delivered.EventId)
        );
        if (feed is not null)
            await connection.ExecuteAsync(DropPayload, cancellation, ("@feed", feed), ("@sequence", sequence));
    }

    private IDataProtector Protector(string endpointId) => protection.CreateProtector(Purpose, endpointId);

    private RowFormat<DueDelivery> DueRows(string endpointId) =>
        new(
            "event_deliveries",
            row =>
            {
                var happened = Protector(endpointId).Unprotect(row.GetFieldValue<byte[]>(2));
                return new DueDelivery(endpointId, StorageJson.Read<LifecycleEvent>(happened), Rows.Of(row).Attempts);
            },
            Remedy
        );

    private static byte[] Write(EventDelivery delivery) => JsonSerializer.SerializeToUtf8Bytes(delivery, StorageJson.Plain);
}
