using Orleans.Concurrency;
using TenantHub.Errors;

namespace TenantHub.Events;

/// <summary>Where events are sent to. There is one such grain, under <see cref="Key"/>: endpoints are few and events are rare.</summary>
[Alias("tenanthub.event-endpoints")]
public interface IEventEndpointsGrain : IGrainWithStringKey
{
    /// <summary>The grain's key.</summary>
    const string Key = "all";

    /// <summary>Registers an endpoint; the answer is the only one that holds its secret.</summary>
    /// <param name="url">Where to send to.</param>
    /// <param name="description">For people.</param>
    [Alias("Register")]
    Task<EventEndpointResult> RegisterAsync(string url, string? description);

    /// <summary>Gives an endpoint a new secret, which the answer holds. Deliveries are signed with both until
    /// the old one runs out.</summary>
    /// <param name="id">The endpoint.</param>
    [Alias("Rotate")]
    Task<EventEndpointResult> RotateAsync(string id);

    /// <summary>Removes an endpoint: nothing more is sent to it.</summary>
    /// <param name="id">The endpoint.</param>
    [Alias("Remove")]
    Task<EventEndpointResult> RemoveAsync(string id);

    /// <summary>Lists the endpoints without their secrets.</summary>
    [Alias("List"), ReadOnly]
    Task<IReadOnlyList<EventEndpoint>> ListAsync();

    /// <summary>Tries a delivery that was given up, or is waiting, again at once.</summary>
    /// <param name="id">The endpoint.</param>
    /// <param name="eventId">The event.</param>
    [Alias("Replay")]
    Task<EventEndpointResult> ReplayAsync(string id, string eventId);
}

/// <summary>An endpoint without its secrets.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Url">Where events are sent to.</param>
/// <param name="Description">For people.</param>
/// <param name="CreatedAt">When it was registered; what happened before is not sent.</param>
/// <param name="OldSecretUntil">Until when the secret before the last rotation signs too.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.event-endpoint")]
public sealed record EventEndpoint(
    [property: Id(0)] string Id,
    [property: Id(1)] string Url,
    [property: Id(2)] string? Description,
    [property: Id(3)] DateTimeOffset CreatedAt,
    [property: Id(4)] DateTimeOffset? OldSecretUntil
);

/// <summary>How an operation on an endpoint ended: either endpoint or error is set.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Secret">Its new secret, when it got one.</param>
/// <param name="Error">Why the operation did not take place.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.event-endpoint-result")]
public sealed record EventEndpointResult(
    [property: Id(0)] EventEndpoint? Endpoint,
    [property: Id(1)] Secret? Secret,
    [property: Id(2)] ServiceError? Error
);
