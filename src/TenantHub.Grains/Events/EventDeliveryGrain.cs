using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using TenantHub.Telemetry;

namespace TenantHub.Events;

/// <summary>
/// 1. The event is written down, with a reminder that outlives the process. 2. It is sent; when that fails the reminder is set to the next
/// time, further away each time, for three days. 3. Then it is a dead letter, which can be replayed. A tombstone stays, so that an event
/// which is handed over again is not sent again.
/// </summary>
internal sealed partial class EventDeliveryGrain(
    [PersistentState("event-delivery")] IPersistentState<EventDeliveryState> state,
    EventSender sender,
    IEventDeliveryDirectory directory,
    TimeProvider clock,
    ILogger<EventDeliveryGrain> logger
) : Grain, IEventDeliveryGrain, IRemindable
{
    private const string Reminder = "deliver";
    private static readonly TimeSpan AtOnce = TimeSpan.FromMinutes(1); // The shortest that a reminder can be; the first try itself does not wait for it.

    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
        TimeSpan.FromHours(14),
        TimeSpan.FromHours(20),
        TimeSpan.FromHours(24),
    ];

    private (string Endpoint, string Event) Key
    {
        get
        {
            var key = this.GetPrimaryKeyString().Split('|');
            return (key[0], key[1]);
        }
    }

    public async Task TakeAsync(LifecycleEvent happened)
    {
        if (state.State.Event is not null || state.State.Status is not EventDeliveryStatus.Pending) return;
        await this.RegisterOrUpdateReminder(Reminder, AtOnce, AtOnce); // Before the state: one that finds nothing to do goes away by itself.
        await StoreAsync(EventDeliveryState.Of(happened, clock.GetUtcNow()));
        this.RegisterGrainTimer(TryAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan)); // Whoever hands over does not wait for the endpoint.
    }

    public async Task<bool> ReplayAsync()
    {
        if (!state.RecordExists) DeactivateOnIdle();
        if (state.State is not { Happened: { } happened, Status: not EventDeliveryStatus.Delivered }) return false;
        await this.RegisterOrUpdateReminder(Reminder, AtOnce, AtOnce);
        await StoreAsync(EventDeliveryState.Of(happened, clock.GetUtcNow()));
        this.RegisterGrainTimer(TryAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        return true;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => TryAsync(CancellationToken.None);

    /// <summary>Nobody waits for it, so a fault is told here and nowhere else; the reminder tries again.</summary>
    private async Task TryAsync(CancellationToken cancellationToken)
    {
        using var work = new BackgroundWork("event delivery");
        try
        {
            await DeliverAsync();
        }
        catch (Exception exception)
        {
            LogFault(exception, Key.Event, Key.Endpoint, work.TraceId);
            DeactivateOnIdle(); // What it holds may not be what is stored.
        }
    }

    private async Task DeliverAsync()
    {
        if (state.State is not { Happened: { } happened, Status: EventDeliveryStatus.Pending, NextAttemptAt: { } due })
        {
            await this.ForgetReminderAsync(Reminder);
            return;
        }

        if (clock.GetUtcNow() < due) return;
        var target = await GrainFactory.GetGrain<IEventPublisherGrain>(IEventEndpointsGrain.Key).FindAsync(Key.Endpoint);
        if (target is null)
        {
            await StoreAsync(
                state.State with
                {
                    Status = EventDeliveryStatus.Dead,
                    NextAttemptAt = null,
                    LastFailure = "The endpoint was removed.",
                });
            await this.ForgetReminderAsync(Reminder);
            return;
        }

        var failure = await sender.SendAsync(target.Url, happened, target.Secrets);
        var attempts = state.State.Attempts + 1;
        if (failure is null)
        {
            await StoreAsync(
                new EventDeliveryState
                {
                    Status = EventDeliveryStatus.Delivered,
                    Attempts = attempts,
                    Type = happened.Type,
                    At = happened.At,
                });
            await this.ForgetReminderAsync(Reminder);
        }
        else if (attempts > Waits.Length)
        {
            LogDead(Key.Event, Key.Endpoint, attempts, failure);
            await StoreAsync(
                state.State with
                {
                    Status = EventDeliveryStatus.Dead,
                    Attempts = attempts,
                    NextAttemptAt = null,
                    LastFailure = failure,
                });
            await this.ForgetReminderAsync(Reminder);
        }
        else
        {
            LogFailed(Key.Event, Key.Endpoint, attempts, failure);
            var wait = Waits[attempts - 1];
            await this.RegisterOrUpdateReminder(Reminder, wait, wait, CancellationToken.None); // A silo that stops must not forget it.
            await StoreAsync(state.State with { Attempts = attempts, NextAttemptAt = clock.GetUtcNow() + wait, LastFailure = failure });
        }
    }

    private async Task StoreAsync(EventDeliveryState after)
    {
        state.State = after;
        await state.WriteStateAsync();
        try
        {
            await directory.UpsertAsync(
                new EventDelivery(
                    Key.Endpoint,
                    Key.Event,
                    after.Event?.Type ?? after.Type ?? "",
                    after.Event?.At ?? after.At,
                    after.Status,
                    after.Attempts,
                    after.NextAttemptAt,
                    after.LastFailure));
        }
        catch (Exception exception)
        {
            LogNotListed(exception, Key.Event); // The list is derived; the next step puts the row right.
        }
    }

    [LoggerMessage(8001, LogLevel.Information, "Event {EventId} was not taken by endpoint {EndpointId} (attempt {Attempt}): {Failure}")]
    private partial void LogFailed(string eventId, string endpointId, int attempt, string failure);

    [LoggerMessage(8002, LogLevel.Error, "Event {EventId} was given up for endpoint {EndpointId} after {Attempts} attempts: {Failure}")]
    private partial void LogDead(string eventId, string endpointId, int attempts, string failure);

    [LoggerMessage(
        8005,
        LogLevel.Error,
        "The delivery of event {EventId} to endpoint {EndpointId} failed within TenantHub and is tried again (trace {TraceId})")]
    private partial void LogFault(Exception exception, string eventId, string endpointId, string traceId);

    [LoggerMessage(8003, LogLevel.Warning, "The delivery of event {EventId} could not be put into the list")]
    private partial void LogNotListed(Exception exception, string eventId);
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

    public static EventDeliveryState Of(LifecycleEvent happened, DateTimeOffset now) =>
        happened.IsPrivate
            ? new() { Event = happened with { Body = JsonBytes.Parse("{}") }, Body = new Secret(happened.Body.ToString()),
                NextAttemptAt = now }
            : new() { Event = happened, NextAttemptAt = now };
}
