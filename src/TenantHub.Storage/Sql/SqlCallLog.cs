using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantHub.Calls;

namespace TenantHub.Storage.Sql;

/// <summary>
/// The call log. 1. A call leaves its record in a bounded queue and goes on; when the queue is full the record is dropped and counted.
/// 2. One loop takes what waits, a moment after the first came, and writes it as one row (<see cref="CallBatch"/>). 3. A database that does
/// not take a batch is asked again for a while; meanwhile the queue fills. 4. Another loop deletes what is too old or too many, and puts
/// small batches together.
/// </summary>
internal sealed partial class SqlCallLog(
    ISqlDatabase database,
    IOptions<CallLogOptions> options,
    TimeProvider clock,
    ILogger<SqlCallLog> logger
) : ICallLog, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int MaxTries = 120;
    private static readonly TimeSpan TidyEvery = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(200); // Fills the batch: one flush of the disk serves many calls.
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<CallRecord> _queue = Channel.CreateBounded<CallRecord>(
        new BoundedChannelOptions(options.Value.QueueCapacity) { SingleReader = true }
    );
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private long _dropped;
    private long _stored;

    public long Dropped => Interlocked.Read(ref _dropped);

    public long Stored => Interlocked.Read(ref _stored);

    public void Append(CallRecord record)
    {
        if (options.Value.Enabled && !_queue.Writer.TryWrite(record))
            Interlocked.Increment(ref _dropped); // 1
    }

    /// <summary>It stops after the grains have: their last calls are written too.</summary>
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(SqlCallLog), ServiceLifecycleStage.RuntimeStorageServices, StartAsync, StopAsync);

    public void Dispose() => _stopping.Dispose();

    internal Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.WhenAll(WriteLoopAsync(), TidyLoopAsync());
        return Task.CompletedTask;
    }

    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // What a killed stop leaves is lost, as in a crash.
    }

    private async Task WriteLoopAsync()
    {
        await Task.Yield(); // Off the caller's thread: SQLite's statements run where they are called.
        var batch = new List<CallRecord>(CallBatch.MaxRecords);
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None)) // 2
        {
            if (_queue.Reader.Count < CallBatch.MaxRecords)
                await PauseAsync(Linger);
            while (batch.Count < CallBatch.MaxRecords && _queue.Reader.TryRead(out var record))
                batch.Add(record);
            await StoreAsync(batch);
            batch.Clear();
        }
    }

    private async Task StoreAsync(List<CallRecord> batch)
    {
        var row = CallBatch.Of(batch);
        for (var tries = 1; ; tries++)
        {
            try
            {
                await database.WriteAsync((connection, cancellation) => CallLogQuery.InsertAsync(connection, row, cancellation));
                Interlocked.Add(ref _stored, batch.Count);
                return;
            }
            catch (Exception exception)
            {
                if (tries == 1)
                    LogNotStored(exception, batch.Count);
                if (tries < MaxTries && !_stopping.IsCancellationRequested) // 3
                {
                    await PauseAsync(TryAgainAfter);
                    continue;
                }

                Interlocked.Add(ref _dropped, batch.Count);
                LogDropped(batch.Count, Dropped);
                return;
            }
        }
    }

    /// <summary>Real time on purpose: it paces a real database. It ends at once when the silo stops.</summary>
    private async Task PauseAsync(TimeSpan pause) =>
        await Task.Delay(pause, TimeProvider.System, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
