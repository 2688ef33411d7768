using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using TenantHub.Telemetry;

namespace TenantHub.Events;

/// <summary>
/// Delivers to one endpoint. 1. What is due is read from the outbox. 2. So many are under way at once; as soon as some have ended what
/// became of them is written down together, and others take their places: the slower the database, the more in one write. To an endpoint
/// that refuses everything one is under way, until it takes one. 3. What failed is due again later, further away each time, for three days;
/// then it is a dead letter, which can be replayed. Killed between sending and writing it sends again, under the same id.
/// </summary>
/// <remarks>Reentrant, because it is woken while it works. Only one run at a time touches its fields.</remarks>
[Reentrant]
internal sealed partial class EndpointDeliveriesGrain(
    IEventDeliveryStore outbox,
    EventSender sender,
    TimeProvider clock,
    ILogger<EndpointDeliveriesGrain> logger
) : Grain, IEndpointDeliveriesGrain
{
    private const int MostAtOnce = 64;
    private const int RefusalsOfADeadEndpoint = 10; // In a row.

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

    private readonly Dictionary<string, Task<EventDelivery>> _underWay = [];
    private int _refusedInARow;
    private IGrainTimer? _timer;
    private bool _isRunning;
    private TaskCompletionSource _woken = NewSignal();

    private string EndpointId => this.GetPrimaryKeyString();

    private int AtOnce => _refusedInARow < RefusalsOfADeadEndpoint ? MostAtOnce : 1;

    public Task WakeAsync()
    {
        _woken.TrySetResult();
        if (_isRunning)
            return Task.CompletedTask;
        _isRunning = true;
        if (_timer is null)
            _timer = this.RegisterGrainTimer(
                RunAsync,
                new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true }
            );
        else
            _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    /// <summary>Nobody waits for it, so a fault is told here; the sweep wakes the grain again.</summary>
    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var work = new BackgroundWork("event delivery");
        try
        {
            while ((_woken.Task.IsCompleted || _underWay.Count > 0) && !cancellationToken.IsCancellationRequested)
            {
                if (_woken.Task.IsCompleted && _underWay.Count < AtOnce)
                    await FillAsync();
                if (_underWay.Count > 0)
                    await ConcludeAsync();
            }
        }
        catch (Exception exception)
        {
            LogFault(exception, EndpointId, work.TraceId);
            DeactivateOnIdle();
        }
        finally
        {
            _isRunning = false;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task FillAsync()
    {
        _woken = NewSignal();
        var free = AtOnce - _underWay.Count;
        var due = await outbox.ListDueAsync(EndpointId, _underWay.Keys, free);
        if (due.Count == 0)
            return;
        if (due.Count == free)
            _woken.TrySetResult(); // There may be more.
        var target = await GrainFactory.GetGrain<IEventPublisherGrain>(IEventEndpointsGrain.Key).FindAsync(EndpointId);
        foreach (var delivery in due)
            _underWay[delivery.Event.Id] = TryAsync(delivery, target);
    }

    /// <summary>Waits until a try has ended, or something else may be due while there is room for it.</summary>
    private async Task ConcludeAsync()
    {
        await Task.WhenAny(_underWay.Count < AtOnce ? [.. _underWay.Values, _woken.Task] : _underWay.Values);
        var ended = _underWay.Where(each => each.Value.IsCompleted).ToList();
        if (ended.Count == 0)
            return;
        await outbox.ConcludeAsync(await Task.WhenAll(ended.Select(each => each.Value)));
        foreach (var (id, _) in ended)
            _underWay.Remove(id);
    }

    private async Task<EventDelivery> TryAsync(DueDelivery due, EventTarget? target)
    {
        var happened = due.Event;
        var tried = new EventDelivery(
            EndpointId,
            happened.Id,
            happened.Type,
            happened.At,
            EventDeliveryStatus.Delivered,
            due.Attempts + 1,
            null,
            null
        );
        if (target is null)
            return tried with { Status = EventDeliveryStatus.Dead, Attempts = due.Attempts, LastFailure = "The endpoint was removed." };
        var failure = await sender.SendAsync(target.Url, happened, target.Secrets);
        _refusedInARow = failure is null ? 0 : _refusedInARow + 1;
        if (failure is null)
            return tried;
        if (tried.Attempts > Waits.Length)
        {
            LogDead(happened.Id, EndpointId, tried.Attempts, failure);
            return tried with { Status = EventDeliveryStatus.Dead, LastFailure = failure };
        }

        LogFailed(happened.Id, EndpointId, tried.Attempts, failure);
        return tried with
        {
            Status = EventDeliveryStatus.Pending,
            NextAttemptAt = clock.GetUtcNow() + Waits[tried.Attempts - 1],
            LastFailure = failure,
        };
    }

    [LoggerMessage(8001, LogLevel.Information, "Event {EventId} was not taken by endpoint {EndpointId} (attempt {Attempt}): {Failure}")]
    private partial void LogFailed(string eventId, string endpointId, int attempt, string failure);

    [LoggerMessage(8002, LogLevel.Error, "Event {EventId} was given up for endpoint {EndpointId} after {Attempts} attempts: {Failure}")]
    private partial void LogDead(string eventId, string endpointId, int attempts, string failure);

    [LoggerMessage(
        8005,
        LogLevel.Error,
        "The deliveries to endpoint {EndpointId} failed within TenantHub and are tried again (trace {TraceId})"
    )]
    private partial void LogFault(Exception exception, string endpointId, string traceId);
}
