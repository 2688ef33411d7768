using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantHub.Calls;

namespace TenantHub.Storage.Sql;

/// <summary>
/// The call log. 1. A call leaves its record in a bounded queue and goes on; when the queue is full the record is dropped and counted.
/// 2. One loop makes rows of what comes within a moment (<see cref="CallBatch"/>) and writes them in one transaction, because a flush of the
/// disk costs more than all the rest. 3. A database that does not take them is asked again for a while; meanwhile the queue fills.
/// 4. Another loop deletes what is too old or too many, and puts small batches together.
/// </summary>
internal sealed partial class SqlCallLog(
    ISqlDatabase database,
    IOptions<CallLogOptions> options,
    TimeProvider clock,
    ILogger<SqlCallLog> logger
) : ICallLog, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int MaxTries = 120;
    private const int MaxRows = 16;
    private const int Pauses = 4; // What a killed process loses is not older than all of them.
    private static readonly TimeSpan TidyEvery = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
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
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None)) // 2
        {
            var rows = new List<CallBatch>(MaxRows);
            for (var pauses = 0; pauses < Pauses && rows.Count < MaxRows; pauses++)
            {
                if (_queue.Reader.Count < CallBatch.MaxRecords)
                    await PauseAsync(Pause);
                while (rows.Count < MaxRows && _queue.Reader.Count >= CallBatch.MaxRecords)
                    rows.Add(TakeRow()); // At once: bytes are cheaper to keep than records.
            }

            if (rows.Count < MaxRows && _queue.Reader.Count > 0)
                rows.Add(TakeRow());
            await StoreAsync(rows);
        }
    }

    private CallBatch TakeRow()
    {
        var records = new List<CallRecord>(CallBatch.MaxRecords);
        while (records.Count < CallBatch.MaxRecords && _queue.Reader.TryRead(out var record))
            records.Add(record);
        return CallBatch.Of(records);
    }

    private async Task StoreAsync(List<CallBatch> rows)
    {
        var count = (int)rows.Sum(row => row.Records);
        for (var tries = 1; ; tries++)
        {
            try
            {
                await database.WriteInBackgroundAsync(
                    (connection, cancellation) => CallLogQuery.InsertAsync(connection, rows, cancellation)
                );
                Interlocked.Add(ref _stored, count);
                return;
            }
            catch (Exception exception)
            {
                if (tries == 1)
                    LogNotStored(exception, count);
                if (tries < MaxTries && !_stopping.IsCancellationRequested) // 3
                {
                    await PauseAsync(TryAgainAfter);
                    continue;
                }

                Interlocked.Add(ref _dropped, count);
                LogDropped(count, Dropped);
                return;
            }
        }
    }

    /// <summary>Real time on purpose: it paces a real database. It ends at once when the silo stops.</summary>
    private async Task PauseAsync(TimeSpan pause) =>
        await Task.Delay(pause, TimeProvider.System, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
