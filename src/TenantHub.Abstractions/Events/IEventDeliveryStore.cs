namespace TenantHub.Events;

/// <summary>
/// Events on their way to endpoints, a row each from the hand-over until its time is over. Rows of their own instead of grain state: they
/// are written and concluded many at a time.
/// </summary>
public interface IEventDeliveryStore
{
    /// <summary>Writes deliveries down in one write; when it returns they are made sooner or later. Added twice is once.</summary>
    /// <param name="deliveries">The deliveries.</param>
    Task AddAsync(IReadOnlyList<DueDelivery> deliveries);

    /// <summary>Writes deliveries down in one write, also those that were made before.</summary>
    /// <param name="deliveries">The deliveries.</param>
    Task AddAgainAsync(IReadOnlyList<DueDelivery> deliveries);

    /// <summary>Lists the deliveries to an endpoint that are due, those that are due longest first.</summary>
    /// <param name="endpointId">The endpoint.</param>
    /// <param name="except">Events that are left out: they are being sent.</param>
    /// <param name="limit">How many at most.</param>
    Task<IReadOnlyList<DueDelivery>> ListDueAsync(string endpointId, IReadOnlyCollection<string> except, int limit);

    /// <summary>Lists the endpoints that have deliveries due.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlyList<string>> ListBehindAsync(CancellationToken cancellationToken = default);

    /// <summary>Writes down what became of tries, in one write. The body of what was delivered goes with it.</summary>
    /// <param name="tried">The deliveries as they stand after the try.</param>
    Task ConcludeAsync(IReadOnlyList<EventDelivery> tried);

    /// <summary>Makes a delivery that has not succeeded due at once, with all its tries before it.</summary>
    /// <param name="endpointId">The endpoint.</param>
    /// <param name="eventId">The event.</param>
    /// <returns>Whether there is such a delivery.</returns>
    Task<bool> ReplayAsync(string endpointId, string eventId);

    /// <summary>Lists the deliveries to an endpoint, newest first.</summary>
    /// <param name="endpointId">The endpoint.</param>
    /// <param name="status">Only those with this status; null for all.</param>
    /// <param name="limit">How many.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<EventDelivery>> ListAsync(
        string endpointId,
        EventDeliveryStatus? status,
        int limit,
        CancellationToken cancellationToken = default
    );
}

/// <summary>A delivery that is to be made.</summary>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="Event">The event with its body.</param>
/// <param name="Attempts">How often it was tried.</param>
public sealed record DueDelivery(string EndpointId, LifecycleEvent Event, int Attempts = 0)
{
    /// <summary>Gets the account in whose feed the event stands; null for other events. With the account they go too.</summary>
    public string? FeedOf { get; init; }

    /// <summary>Gets its place there.</summary>
    public long Sequence { get; init; }
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
    [property: Id(7)] string? LastFailure
);

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
