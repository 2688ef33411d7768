using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace TenantHub.Storage.Sqlite;

/// <summary>
/// The one writer. Writes queue here and a thread of its own takes them, because Microsoft.Data.Sqlite blocks: neither a disk flush nor
/// another program's lock may hold up a grain's turn or the thread pool.
/// <para>1. Take one that waits, those first for which somebody waits outside. 2. Run it in a transaction, and what else waits by then in
/// the same one, so that one flush serves many: with 500 grains writing 1.5 KB at once that was five to nine times the writes per second of
/// one transaction each, and synchronous=FULL cost about a tenth there instead of three quarters. After some milliseconds it ends, because
/// whoever is in it waits for all of it. 3. Answer after the commit, never before.
/// 4. When one of them fails, undo all and run each alone, so that a fault stays with its owner.</para>
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int MaxBatch = 64;
    private static readonly TimeSpan LongestBatch = TimeSpan.FromMilliseconds(20);

    private readonly BlockingCollection<Entry> _queue = new(new TwoRows());
    private readonly Func<SqliteConnection> _open;
    private readonly string _path;
    private readonly Thread _thread;
    private SqliteConnection? _connection;
    private volatile StorageException? _fault;
    private bool _disposed;

    public SqliteWriter(string path, Func<SqliteConnection> open)
    {
        (_path, _open) = (path, open);
        _thread = new Thread(Loop) { IsBackground = true, Name = "TenantHub SQLite writer" };
        _thread.UnsafeStart(); // Unsafe: it must not carry the first caller's request context for ever.
    }

    /// <summary>Gets why nothing could be written when the last write was tried; null when it was stored, or was at fault itself.</summary>
    public StorageException? Fault => _fault;

    /// <summary>Queues a write. It may run twice (step 4), the first time without effect, so it does nothing but use the
    /// connection.</summary>
    /// <param name="write">The write.</param>
    /// <param name="canWait">Whether those go first for which somebody waits outside.</param>
    /// <param name="cancellationToken">Takes it back as long as it has not begun.</param>
    public Task<T> RunAsync<T>(Func<SqliteConnection, T> write, bool canWait, CancellationToken cancellationToken)
    {
        var entry = new Entry<T>(write, cancellationToken) { CanWait = canWait };
        try
        {
            _queue.Add(entry, CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(nameof(SqliteWriter), "The storage is shut down.");
        }

        return entry.Completion;
    }

    /// <summary>Finishes what was queued, then closes.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _queue.CompleteAdding();
        _thread.Join();
        _connection?.Dispose();
        _queue.Dispose();
    }

    private void Loop()
    {
        var batch = new List<Entry>(MaxBatch);
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            if (!first.IsAbandoned())
                batch.Add(first); // 1
            if (batch.Count > 0 && !TryCommit(batch, takesMore: true) && batch.Count > 1)
            {
                foreach (var entry in batch.Where(entry => !entry.IsDone))
                    TryCommit([entry], takesMore: false); // 4
            }

            batch.Clear();
        }
    }

    private bool TryCommit(List<Entry> batch, bool takesMore)
    {
        var begun = false;
        try
        {
            _connection ??= _open();
            using var transaction = _connection.BeginTransaction(deferred: false); // Takes the write lock now: a stale read cannot slip in.
            begun = true;
            var since = Stopwatch.GetTimestamp();
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Run(_connection); // 2
                if (takesMore && Stopwatch.GetElapsedTime(since) < LongestBatch)
                    TakeOne(batch);
            }

            transaction.Commit();
            _fault = null;
        }
        catch (Exception exception)
        {
            // A connection whose transaction failed is not trusted again: it may still be inside one. Only a refused lock left nothing
            // behind.
            var error = exception as SqliteException;
            if (begun || error is null || !SqliteFault.IsBusy(error))
                Discard();
            var fault = error is null ? exception : SqliteFault.Explain(error, _path);
            if (error is not null && SqliteFault.StopsEveryWrite(error))
                _fault = (StorageException)fault;

            // Without the lock or the file none of them could run, and each would wait for the whole time-out again.
            while (!begun && TakeOne(batch)) { }
            if (!begun || batch.Count == 1)
                batch.ForEach(entry => entry.Fail(fault));
            return false;
        }

        batch.ForEach(entry => entry.Succeed()); // 3
        return true;
    }

    /// <summary>Adds the next that waits, if there is one and room for it.</summary>
    private bool TakeOne(List<Entry> batch)
    {
        while (batch.Count < MaxBatch && _queue.TryTake(out var next))
        {
            if (next.IsAbandoned())
                continue;
            batch.Add(next);
            return true;
        }

        return false;
    }

    private void Discard()
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        SqliteConnection.ClearPool(connection);
        connection.Dispose();
    }

    /// <summary>Two rows, each in the order in which its writes came. Of four that are taken one is of the second row, if any waits
    /// there: it gets on, however long the first is.</summary>
    private sealed class TwoRows : IProducerConsumerCollection<Entry>
    {
        private readonly ConcurrentQueue<Entry> _first = new();
        private readonly ConcurrentQueue<Entry> _second = new();
        private int _taken;

        public int Count => _first.Count + _second.Count;

        public bool IsSynchronized => false;

        public object SyncRoot => throw new NotSupportedException();

        public bool TryAdd(Entry item)
        {
            (item.CanWait ? _second : _first).Enqueue(item);
            return true;
        }

        public bool TryTake([MaybeNullWhen(false)] out Entry item)
        {
            var isSecondsTurn = ++_taken % 4 == 0; // One thread takes.
            return isSecondsTurn
                ? _second.TryDequeue(out item) || _first.TryDequeue(out item)
                : _first.TryDequeue(out item) || _second.TryDequeue(out item);
        }

        public Entry[] ToArray() => [.. _first, .. _second];

        public void CopyTo(Entry[] array, int index) => ToArray().CopyTo(array, index);

        void ICollection.CopyTo(Array array, int index) => ToArray().CopyTo(array, index);

        public IEnumerator<Entry> GetEnumerator() => ((IEnumerable<Entry>)ToArray()).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private abstract class Entry
    {
        public bool CanWait { get; init; }

        public abstract bool IsDone { get; }

        /// <summary>True when the caller gave up before the write began; once begun, a write is not taken back.</summary>
        public abstract bool IsAbandoned();

        public abstract void Run(SqliteConnection connection);

        public abstract void Succeed();

        public abstract void Fail(Exception exception);
    }

    private sealed class Entry<T>(Func<SqliteConnection, T> write, CancellationToken cancellationToken) : Entry
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Completion => _completion.Task;

        public override bool IsDone => _completion.Task.IsCompleted;

        public override bool IsAbandoned() => cancellationToken.IsCancellationRequested && _completion.TrySetCanceled(cancellationToken);

        public override void Run(SqliteConnection connection) => _result = write(connection);

        public override void Succeed() => _completion.TrySetResult(_result!);

        public override void Fail(Exception exception) => _completion.TrySetException(exception);
    }
}
