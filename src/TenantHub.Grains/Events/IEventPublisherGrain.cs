using Orleans.Concurrency;

namespace TenantHub.Events;

/// <summary>What TenantHub's own grains ask of the endpoints; not part of the public contract because it holds secrets.</summary>
[Alias("tenanthub.event-publisher")]
internal interface IEventPublisherGrain : IGrainWithStringKey
{
    /// <summary>Gives whether anybody wants to hear of events.</summary>
    [Alias("HasEndpoints")]
    Task<bool> HasEndpointsAsync();

    /// <summary>Hands events over for delivery. When it returns they are written down for every endpoint;
    /// handed over twice is once.</summary>
    [Alias("Publish")]
    Task PublishAsync(IReadOnlyList<LifecycleEvent> events);

    /// <summary>Gives where to deliver to; null when the endpoint is gone.</summary>
    [Alias("Find")]
    Task<EventTarget?> FindAsync(string endpointId);
}

/// <summary>Where to deliver to, and what to sign with.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.event-target")]
internal sealed record EventTarget([property: Id(0)] string Url, [property: Id(1)] IReadOnlyList<Secret> Secrets);

/// <summary>Makes the deliveries to one endpoint; the key is the endpoint's id.</summary>
[Alias("tenanthub.endpoint-deliveries")]
internal interface IEndpointDeliveriesGrain : IGrainWithStringKey
{
    /// <summary>Says that something may be due. Nobody waits for it, and it may be lost: what is due is found by a sweep.</summary>
    [Alias("Wake"), OneWay]
    Task WakeAsync();
}

/// <summary>One event on its way to one endpoint, as it was before the outbox; the key is <c>endpoint id | event id</c>.</summary>
[Alias("tenanthub.event-delivery-grain")]
internal interface IEventDeliveryGrain : IGrainWithStringKey
{
    /// <summary>Takes the event over; when it returns it is written down. Taken twice is once.</summary>
    [Alias("Take")]
    Task TakeAsync(LifecycleEvent happened);

    /// <summary>Tries again at once; false when there is no such delivery or it has been made.</summary>
    [Alias("Replay")]
    Task<bool> ReplayAsync();
}
