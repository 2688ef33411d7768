using System.Text.Json;
using TenantHub.Events;

namespace TenantHub.Storage.Sql;

/// <summary>The list of event deliveries, each as JSON.</summary>
internal sealed class SqlEventDeliveryDirectory(ISqlDatabase database) : IEventDeliveryDirectory
{
    private const string Upsert = """
        INSERT INTO event_deliveries(endpoint_id, event_id, happened_at, status, description)
        VALUES(@endpoint, @event, @at, @status, @description)
        ON CONFLICT(endpoint_id, event_id) DO UPDATE SET status = excluded.status, description = excluded.description
        """;

    public async Task UpsertAsync(EventDelivery delivery, CancellationToken cancellationToken = default)
    {
        var description = JsonSerializer.SerializeToUtf8Bytes(delivery, StorageJson.Plain);
        await database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    Upsert,
                    cancellation,
                    ("@endpoint", delivery.EndpointId),
                    ("@event", delivery.EventId),
                    ("@at", delivery.At.Text()),
                    ("@status", WireName.Of(delivery.Status)),
                    ("@description", description)),
            cancellationToken);
    }

    public async Task<IReadOnlyList<EventDelivery>> ListAsync(
        string endpointId,
        EventDeliveryStatus? status,
        int limit,
        CancellationToken cancellationToken = default)
    {
        (string Name, object? Value)[] parameters = [("@endpoint", endpointId), ("@limit", (long)limit)];
        if (status is { } wanted) parameters = [.. parameters, ("@status", WireName.Of(wanted))];
        return await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    $"SELECT description FROM event_deliveries WHERE endpoint_id = @endpoint{(status is null ? "" : " AND status = @status")} ORDER BY happened_at DESC, event_id DESC LIMIT @limit",
                    row => JsonSerializer.Deserialize<EventDelivery>(row.GetFieldValue<byte[]>(0), StorageJson.Plain)!,
                    cancellation,
                    parameters),
            cancellationToken);
    }
}
