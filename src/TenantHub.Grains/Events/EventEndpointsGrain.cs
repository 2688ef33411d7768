using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Errors;

namespace TenantHub.Events;

/// <summary>The endpoints with their secrets, and the hand-over of events to their deliveries.</summary>
/// <remarks>Reentrant, because deliveries ask for their target while events are handed over. The three changing methods write in
/// turn.</remarks>
[Reentrant]
internal sealed partial class EventEndpointsGrain(
    [PersistentState("event-endpoints")] IPersistentState<EventEndpointsState> state,
    EventSender sender,
    IEventDeliveryStore outbox,
    IOptions<EventOptions> options,
    TimeProvider clock,
    ILogger<EventEndpointsGrain> logger
) : Grain, IEventEndpointsGrain, IEventPublisherGrain
{
    private const int MaxEndpoints = 20;
    private static readonly TimeSpan WriteWait = TimeSpan.FromSeconds(30);

    private IReadOnlyList<StoredEndpoint> _endpoints = []; // In force: read, or stored.
    private readonly Lane _writes = new(MaxEndpoints, clock);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _endpoints = state.State.Endpoints;
        return Task.CompletedTask;
    }

    public async Task<EventEndpointResult> RegisterAsync(string url, string? description)
    {
        if (sender.Refuse(url) is { } fault)
            return Failed(Invalid("url", fault));
        if (description is not null && (description.Length > 255 || ShownText.Steers(description)))
            return Failed(Invalid("description", "must have at most 255 characters, without control characters."));
        if (_endpoints.Count >= MaxEndpoints)
            return Failed(Invalid("url", $"is one too many: there are {MaxEndpoints} endpoints already. Remove one first."));
        var id = LinkedAccountId.NewText("evep_", clock);
        var endpoint = new StoredEndpoint(
            new EventEndpoint(id, url, description, clock.GetUtcNow(), null),
            EventSignature.NewSecret(),
            null
        );
        return await StoreAsync(all => [.. all, endpoint]) is { } failed ? Failed(failed) : new(endpoint.Endpoint, endpoint.Secret, null);
    }

    public async Task<EventEndpointResult> RotateAsync(string id)
    {
        if (Known(id) is not { } known)
            return Failed(NotFound(id));
        var rotated = new StoredEndpoint(
            known.Endpoint with
            {
                OldSecretUntil = clock.GetUtcNow() + options.Value.SecretOverlap,
            },
            EventSignature.NewSecret(),
            known.Secret
        );
        return await StoreAsync(all => [.. all.Select(endpoint => endpoint == known ? rotated : endpoint)]) is { } failed
            ? Failed(failed)
            : new(rotated.Endpoint, rotated.Secret, null);
    }

    public async Task<EventEndpointResult> RemoveAsync(string id)
    {
        if (Known(id) is not { } known)
            return Failed(NotFound(id));
        return await StoreAsync(all => [.. all.Where(endpoint => endpoint != known)]) is { } failed
            ? Failed(failed)
            : new(known.Endpoint, null, null);
    }

    public Task<IReadOnlyList<EventEndpoint>> ListAsync() =>
        Task.FromResult<IReadOnlyList<EventEndpoint>>([.. _endpoints.Select(endpoint => endpoint.Endpoint)]);

    public async Task<EventEndpointResult> ReplayAsync(string id, string eventId)
    {
        if (Known(id) is not { } known)
            return Failed(NotFound(id));
        return LinkedAccountId.IsText("evt_", eventId) && await ReplayDeliveryAsync(id, eventId)
            ? new(known.Endpoint, null, null)
            : Failed(
                new(
                    ErrorCode.EventNotFound,
                    ErrorSource.Caller,
                    $"There is no undelivered event {InputFault.Shorten(eventId)} for this endpoint."
                )
                {
                    NextStep = $"List them with GET /event_endpoints/{id}/deliveries?status=dead.",
                }
            );
    }

    public Task<bool> HasEndpointsAsync() => Task.FromResult(_endpoints.Count > 0);

    public async Task PublishAsync(IReadOnlyList<LifecycleEvent> events)
    {
        var deliveries = (
            from happened in events
            from endpoint in _endpoints
            where endpoint.Endpoint.CreatedAt <= happened.At
            select new DueDelivery(endpoint.Endpoint.Id, happened)
        ).ToList();
        if (deliveries.Count == 0)
            return;
        await outbox.AddAsync(deliveries);
        foreach (var id in deliveries.Select(delivery => delivery.EndpointId).Distinct())
            await Deliveries(id).WakeAsync();
    }

    public Task<EventTarget?> FindAsync(string endpointId)
    {
        if (Known(endpointId) is not { } known)
            return Task.FromResult<EventTarget?>(null);
        var both = known.OldSecret is not null && clock.GetUtcNow() < known.Endpoint.OldSecretUntil;
        return Task.FromResult<EventTarget?>(new(known.Endpoint.Url, both ? [known.Secret, known.OldSecret!] : [known.Secret]));
    }

    private IEndpointDeliveriesGrain Deliveries(string id) => GrainFactory.GetGrain<IEndpointDeliveriesGrain>(id);

    private async Task<bool> ReplayDeliveryAsync(string id, string eventId)
    {
        if (!await outbox.ReplayAsync(id, eventId))
            return await GrainFactory.GetGrain<IEventDeliveryGrain>($"{id}|{eventId}").ReplayAsync();
        await Deliveries(id).WakeAsync();
        return true;
    }

    private StoredEndpoint? Known(string id) => _endpoints.FirstOrDefault(endpoint => endpoint.Endpoint.Id == id);

    /// <summary>One change at a time, each of what the one before has left; it comes into force once it is stored.</summary>
    private async Task<ServiceError?> StoreAsync(Func<IReadOnlyList<StoredEndpoint>, IReadOnlyList<StoredEndpoint>> change)
    {
        using var turn = await _writes.EnterAsync(new LaneCall("store endpoints"), WriteWait, CancellationToken.None);
        if (turn.Refusal is { } busy)
            return busy;
        try
        {
            var after = new EventEndpointsState { Endpoints = change(_endpoints) };
            state.State = after;
            await state.WriteStateAsync();
            _endpoints = after.Endpoints;
            return null;
        }
        catch (Exception exception)
        {
            LogNotStored(exception);
            state.State = new EventEndpointsState { Endpoints = _endpoints };
            DeactivateOnIdle();
            return AccountErrors.StorageFailed();
        }
    }

    [LoggerMessage(8004, LogLevel.Error, "The event endpoints could not be stored")]
    private partial void LogNotStored(Exception exception);

    private static EventEndpointResult Failed(ServiceError error) => new(null, null, error);

    private static ServiceError NotFound(string id) =>
        new(ErrorCode.EventNotFound, ErrorSource.Caller, $"There is no event endpoint {InputFault.Shorten(id)}.")
        {
            NextStep = "List them with GET /event_endpoints.",
        };

    private static ServiceError Invalid(string field, string fault) =>
        InputErrors.Of([new(field, fault)])! with
        {
            NextStep = "Correct the field; nothing was stored.",
        };
}

/// <summary>What is stored of the endpoints; secrets are sealed by the storage serializer.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.event-endpoints-state")]
internal sealed record EventEndpointsState
{
    [Id(0)]
    public IReadOnlyList<StoredEndpoint> Endpoints { get; init; } = [];
}

/// <summary>An endpoint with its secret, and the one before it.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.stored-event-endpoint")]
internal sealed record StoredEndpoint(
    [property: Id(0)] EventEndpoint Endpoint,
    [property: Id(1)] Secret Secret,
    [property: Id(2)] Secret? OldSecret
);
