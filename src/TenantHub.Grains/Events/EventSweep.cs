using Microsoft.Extensions.Logging;

namespace TenantHub.Events;

/// <summary>
/// Looks, when a silo starts and every few seconds, for accounts whose callbacks nobody judges or whose events were not handed over,
/// because their silo was killed after it had acknowledged or the database was away; for endpoints with deliveries that are due; and for
/// approvals that nobody has been told of, or that nobody decided in time. Each silo does it; who is woken twice does its work once.
/// </summary>
internal sealed partial class EventSweep(
    IAutodeskEventStore store,
    IEventDeliveryStore outbox,
    Approvals.Approvals approvals,
    IGrainFactory grains,
    TimeProvider clock,
    ILogger<EventSweep> logger
) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int AtOnce = 100;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(EventSweep), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public void Dispose() => _stopping.Dispose();

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _running = LoopAsync();
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                foreach (var account in await store.ListBehindAsync(clock.GetUtcNow() - Every, AtOnce, _stopping.Token))
                    await grains.GetGrain<IAutodeskEventsGrain>(account).WakeAsync();
                foreach (var endpoint in await outbox.ListBehindAsync(_stopping.Token))
                    await grains.GetGrain<IEndpointDeliveriesGrain>(endpoint).WakeAsync();
                await approvals.TellUntoldAsync(AtOnce, _stopping.Token);
            }
            catch (Exception exception) when (!_stopping.IsCancellationRequested)
            {
                LogNotSwept(exception); // The next time will do.
            }
        } while (await timer.WaitForNextTickAsync(_stopping.Token));
    }

    [LoggerMessage(
        8012,
        LogLevel.Warning,
        "It could not be looked up which callbacks, deliveries of events and approvals wait; the next look is in a few seconds"
    )]
    private partial void LogNotSwept(Exception exception);
}
