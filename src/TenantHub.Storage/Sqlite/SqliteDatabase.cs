using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;
using TenantHub.Storage.Sql;

namespace TenantHub.Storage.Sqlite;

/// <summary>The database file: its connections, its schema, and the one writer. The schema is applied before the first read or
/// write.</summary>
internal sealed partial class SqliteDatabase : ISqlDatabase, IDisposable
{
    private readonly string _path;
    private readonly string _connectionString;
    private readonly TimeSpan _busyTimeout;
    private readonly ILogger<SqliteDatabase> _logger;
    private readonly DatabaseTrace _trace;
    private readonly SqliteWriter _writer;
    private volatile bool _ready;

    public SqliteDatabase(string path, TimeSpan busyTimeout, ILogger<SqliteDatabase> logger)
    {
        (_path, _busyTimeout, _logger) = (path, busyTimeout, logger);
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            DefaultTimeout = 1, // The driver's own retry, every 150 ms; SQLite's busy handler (below) wakes sooner and does the waiting.
        }.ToString();
        _trace = new DatabaseTrace(path);
        _writer = new SqliteWriter(path, OpenForWriting);
        Damaged = new DamagedRows(logger);
    }

    public DamagedRows Damaged { get; }

    public Task ReadyAsync(CancellationToken cancellationToken = default) =>
        _ready ? Task.CompletedTask : _writer.RunAsync(static _ => true, canWait: false, cancellationToken); // Its first connection applies the schema.

    public Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> write, CancellationToken cancellationToken = default) =>
        QueueAsync(write, canWait: false, cancellationToken);

    public Task<T> WriteInBackgroundAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> write,
        CancellationToken cancellationToken = default
    ) => QueueAsync(write, canWait: true, cancellationToken);

    /// <summary>The driver's async methods run to their end before they return, so on the writer's thread nothing is ever waited
    /// for.</summary>
    private Task<T> QueueAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> write,
        bool canWait,
        CancellationToken cancellationToken
    ) =>
        _writer.RunAsync(
            connection =>
            {
                // Not the caller's token: once begun, a write is not taken back.
                var task = write(connection, CancellationToken.None);
                return task.IsCompleted
                    ? task.GetAwaiter().GetResult()
                    : throw new InvalidOperationException("A write awaited something other than its connection.");
            },
            canWait,
            cancellationToken
        );

    /// <summary>In WAL mode nothing blocks a reader; it sees every write that was answered before it began.</summary>
    public async Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken = default)
    {
        await ReadyAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await using var connection = Open();
            return await read(connection, cancellationToken);
        }
        catch (SqliteException exception)
        {
            throw SqliteFault.Explain(exception, _path);
        }
    }

    public Task<T> ReadAtOneMomentAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken = default
    ) =>
        ReadAsync(
            async (connection, cancellation) =>
            {
                using var moment = BeginMoment((SqliteConnection)connection);
                return await read(connection, cancellation);
            },
            cancellationToken
        );

    public void Dispose()
    {
        _writer.Dispose();
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection); // The last connection to close checkpoints and removes the -wal file.
    }

    /// <summary>A transaction that takes no lock, unlike those of the driver's asynchronous method.</summary>
    private static SqliteTransaction BeginMoment(SqliteConnection connection) => connection.BeginTransaction(deferred: true);

    /// <summary>Makes sure that writes get through, when the last one did not: it is tried again with one that changes nothing.</summary>
    /// <exception cref="StorageException">Nothing can be written.</exception>
    public async Task CheckWritesAsync(CancellationToken cancellationToken)
    {
        if (_writer.Fault is not { } fault)
            return;
        try
        {
            await WriteAsync(WriteNothingNewAsync, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            throw fault;
        }
    }

    /// <summary>SQLite writes the page with the version, also when it is the same as before.</summary>
    private static Task<int> WriteNothingNewAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"PRAGMA user_version={Schema.Latest}", cancellationToken);

    private SqliteConnection OpenForWriting()
    {
        _trace.Check();
        CreatePrivateFile(_path);
        var connection = Open();
        try
        {
            var before = SqliteSchema.Apply(connection);

            // FULL flushes at every commit: a link that was accepted, and the secret rotated with it, survive a power cut and not only a
            // killed process (NORMAL would do for that). The writer's batches pay for it. secure_delete: a destroyed secret is overwritten.
            using var pragmas = new SqliteCommand("PRAGMA synchronous=FULL; PRAGMA secure_delete=ON", connection);
            pragmas.ExecuteNonQuery();
            if (!_ready)
                LogOpened(_path, before, Schema.Latest);
            _trace.Leave();
            _ready = true;
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            _ = raw.sqlite3_busy_timeout(connection.Handle, (int)_busyTimeout.TotalMilliseconds);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>SQLite would create the file by the umask; its -wal and -shm files take over the rights given here.</summary>
    private static void CreatePrivateFile(string path)
    {
        if (!File.Exists(path))
            new FileStream(path, DatabaseTrace.Private(FileMode.OpenOrCreate)).Dispose();
    }
}
