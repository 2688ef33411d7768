using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantHub.Calls;

namespace TenantHub.Storage.Sql;

/// <summary>
/// The call log. 1. A call leaves its record in a bounded queue and goes on; when the queue is full the record is dropped and counted.
/// 2. One loop takes what waits, a moment after the first came, and writes it in one transaction. 3. A database that does
/// not take a batch is asked again for a while; meanwhile the queue fills. 4. Another loop deletes what is too old or too many, in pieces.
/// </summary>
internal sealed partial class SqlCallLog(ISqlDatabase database, IOptions<CallLogOptions> options, TimeProvider clock, ILogger<SqlCallLog> logger)
    : ICallLog, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int MaxBatch = 64;
    private const int MaxTries = 120;
    private const int DeletedAtOnce = 1000;
    private static readonly TimeSpan PruneEvery = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(200); // Fills the batch: one flush of the disk serves many calls.
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<CallRecord> _queue = Channel.CreateBounded<CallRecord>(new BoundedChannelOptions(options.Value.QueueCapacity) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private long _dropped;
    private long _stored;

    public long Dropped => Interlocked.Read(ref _dropped);

    public long Stored => Interlocked.Read(ref _stored);

    public void Append(CallRecord record)
    {
        if (options.Value.Enabled && !_queue.Writer.TryWrite(record)) Interlocked.Increment(ref _dropped); // 1
    }

    public async Task<IReadOnlyList<CallRecord>> ListAsync(CallLogFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(filter.PageSize, 1);
        var (sql, parameters) = CallLogQuery.Create(filter);
        return await database.ReadAsync(
            (connection, cancellation) => connection.QueryAsync(sql, row => Read(row.GetString(0), row.GetFieldValue<byte[]>(1)), cancellation, parameters),
            cancellationToken);
    }

    public async Task<IReadOnlyList<CallCount>> CountAsync(DateTimeOffset from, CancellationToken cancellationToken = default)
    {
        var span = (long)CallCount.Span.TotalMilliseconds;
        var first = CallLogQuery.FirstIdAt(from.ToUnixTimeMilliseconds() / span * span);
        return await database.ReadAsync(
            (connection, cancellation) => connection.QueryAsync(
                CallLogQuery.Count,
                row => new CallCount(DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(row.GetString(0), 16) * span), row.GetInt64(1), row.GetInt64(2)),
                cancellation, ("@from", first)),
            cancellationToken);
    }

    /// <summary>It stops after the grains have: their last calls are written too.</summary>
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(SqlCallLog), ServiceLifecycleStage.RuntimeStorageServices, StartAsync, StopAsync);

    public void Dispose() => _stopping.Dispose();

    internal Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.WhenAll(WriteLoopAsync(), PruneLoopAsync());
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
        var batch = new List<CallRecord>(MaxBatch);
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None)) // 2
        {
            if (_queue.Reader.Count < MaxBatch) await PauseAsync(Linger);
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var record)) batch.Add(record);
            await StoreAsync(batch);
            batch.Clear();
        }
    }

    private async Task StoreAsync(List<CallRecord> batch)
    {
        var rows = batch.ConvertAll(CallLogQuery.Values);
        for (var tries = 1; ; tries++)
        {
            try
            {
                await database.WriteAsync(async (connection, cancellation) =>
                {
                    await connection.ExecuteForEachAsync(CallLogQuery.Insert, CallLogQuery.InsertParameters, rows, cancellation);
                    return rows.Count;
                });
                Interlocked.Add(ref _stored, batch.Count);
                return;
            }
            catch (Exception exception)
            {
                if (tries == 1) LogNotStored(exception, batch.Count);
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

    private async Task PruneLoopAsync()
    {
        using var timer = new PeriodicTimer(PruneEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token)) await PruneAsync(); // 4
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    internal async Task PruneAsync()
    {
        try
        {
            var bound = CallLogQuery.FirstIdAt((clock.GetUtcNow() - options.Value.MaxAge).ToUnixTimeMilliseconds());
            var surplus = await database.ReadAsync((connection, cancellation) =>
                connection.FirstAsync(CallLogQuery.Surplus, row => row.GetString(0), cancellation, ("@kept", (long)options.Value.MaxRecords)));
            if (string.CompareOrdinal(surplus, bound) > 0) bound = surplus;
            while (await database.WriteAsync((connection, cancellation) =>
                connection.ExecuteAsync(CallLogQuery.Prune, cancellation, ("@bound", bound), ("@most", (long)DeletedAtOnce))) == DeletedAtOnce)
            {
                // In pieces, so that no other write waits for long.
            }
        }
        catch (Exception exception)
        {
            LogNotPruned(exception); // The next time will do.
        }
    }

    /// <summary>Real time on purpose: it paces a real database. It ends at once when the silo stops.</summary>
    private async Task PauseAsync(TimeSpan pause) =>
        await Task.Delay(pause, TimeProvider.System, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static CallRecord Read(string id, byte[] record)
    {
        try
        {
            return JsonSerializer.Deserialize<CallRecord>(record, StorageJson.Plain)!;
        }
        catch (JsonException exception)
        {
            throw new StorageException($"The call log's record {id} is not readable. Delete it from table call_log.", exception);
        }
    }
}
