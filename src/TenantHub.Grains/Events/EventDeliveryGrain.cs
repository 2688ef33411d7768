using System.Text.Json.Serialization;

namespace TenantHub.Events;

/// <summary>
/// A delivery as servers wrote it down before there was an outbox (docs/adr/0026). Its reminder, a replay, and the hand-over of a server
/// that still runs the version before, put it into the outbox.
/// </summary>
internal sealed class EventDeliveryGrain(
    [PersistentState("event-delivery")] IPersistentState<EventDeliveryState> state,
    IEventDeliveryStore outbox
) : Grain, IEventDeliveryGrain, IRemindable
{
    private const string Reminder = "deliver";

    private string EndpointId => this.GetPrimaryKeyString().Split('|')[0];

    public Task TakeAsync(LifecycleEvent happened) => PutAsync(happened, 0);

    public async Task<bool> ReplayAsync()
    {
        DeactivateOnIdle();
        if (state.State is not { Happened: { } happened, Status: not EventDeliveryStatus.Delivered })
            return false;
        await PutAsync(happened, 0);
        return true;
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (state.State is { Happened: { } happened, Status: EventDeliveryStatus.Pending })
            await PutAsync(happened, state.State.Attempts);
        await this.ForgetReminderAsync(Reminder);
        DeactivateOnIdle();
    }

    private async Task PutAsync(LifecycleEvent happened, int attempts)
    {
        await outbox.AddAsync([new DueDelivery(EndpointId, happened, attempts)]);
        await GrainFactory.GetGrain<IEndpointDeliveriesGrain>(EndpointId).WakeAsync();
    }
}

/// <summary>What is stored of a delivery; the event itself until it is delivered.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.event-delivery-state")]
internal sealed record EventDeliveryState
{
    [Id(0)]
    public LifecycleEvent? Event { get; init; }

    [Id(1)]
    public EventDeliveryStatus Status { get; init; }

    [Id(2)]
    public int Attempts { get; init; }

    [Id(3)]
    public DateTimeOffset? NextAttemptAt { get; init; }

    [Id(4)]
    public string? LastFailure { get; init; }

    [Id(5)]
    public string? Type { get; init; }

    [Id(6)]
    public DateTimeOffset At { get; init; }

    /// <summary>Gets the body of an event that holds customers' data: the storage seals it, and <see cref="Event"/> is without
    /// it.</summary>
    [Id(7)]
    public Secret? Body { get; init; }

    /// <summary>Gets the event as it is sent.</summary>
    [JsonIgnore]
    public LifecycleEvent? Happened => Body is null ? Event : Event! with { Body = JsonBytes.Parse(Body.Reveal()) };
}
