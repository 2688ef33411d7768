namespace TenantHub.Events;

/// <summary>The list of deliveries, kept beside the grains because grains cannot be listed.</summary>
public interface IEventDeliveryDirectory
{
    /// <summary>Puts in a row, in the place of an older one.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    Task UpsertAsync(EventDelivery delivery, CancellationToken cancellationToken = default);

    /// <summary>Lists the deliveries to an endpoint, newest first.</summary>
    /// <param name="endpointId">The endpoint.</param>
    /// <param name="status">Only those with this status; null for all.</param>
    /// <param name="limit">How many.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<EventDelivery>> ListAsync(
        string endpointId,
        EventDeliveryStatus? status,
        int limit,
        CancellationToken cancellationToken = default);
}

/// <summary>One event on its way to one endpoint.</summary>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="EventId">The event.</param>
/// <param name="Type">The event's type.</param>
/// <param name="At">When it happened.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="NextAttemptAt">When it is tried again.</param>
/// <param name="LastFailure">Why the last try failed.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.event-delivery")]
public sealed record EventDelivery(
    [property: Id(0)] string EndpointId,
    [property: Id(1)] string EventId,
    [property: Id(2)] string Type,
    [property: Id(3)] DateTimeOffset At,
    [property: Id(4)] EventDeliveryStatus Status,
    [property: Id(5)] int Attempts,
    [property: Id(6)] DateTimeOffset? NextAttemptAt,
    [property: Id(7)] string? LastFailure);

/// <summary>How far a delivery has come.</summary>
public enum EventDeliveryStatus
{
    /// <summary>It is tried, or tried again later.</summary>
    Pending,

    /// <summary>The endpoint has taken it.</summary>
    Delivered,

    /// <summary>It was tried for days and given up; it can be replayed.</summary>
    Dead,
}
