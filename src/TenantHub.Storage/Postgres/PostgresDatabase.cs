using System.Data;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Npgsql;
using TenantHub.Storage.Sql;

namespace TenantHub.Storage.Postgres;

/// <summary>The database that several silos share. The schema is applied before the first read or write.</summary>
internal sealed partial class PostgresDatabase : ISqlDatabase, IDisposable
{
    private readonly string _name;
    private readonly ILogger<PostgresDatabase> _logger;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile bool _ready;

    public PostgresDatabase(string connectionString, ILogger<PostgresDatabase> logger)
    {
        var settings = PostgresConnection.Complete(connectionString);
        (_name, _logger) = ($"{settings.Database} on {settings.Host}:{settings.Port}", logger);
        Source = NpgsqlDataSource.Create(settings);
        Damaged = new DamagedRows(logger);
    }

    public DamagedRows Damaged { get; }

    /// <summary>The pool of connections, for Orleans' storage. What uses it goes through <see cref="RunAsync"/>.</summary>
    public NpgsqlDataSource Source { get; }

    public async Task ReadyAsync(CancellationToken cancellationToken = default)
    {
        if (_ready)
            return;
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_ready)
                return;
            await using var connection = await Source.OpenConnectionAsync(cancellationToken);
            var before = await PostgresSchema.ApplyAsync(connection, cancellationToken);
            if (await PostgresSchema.PutBackQueriesAsync(connection, cancellationToken) is { Count: > 0 } missing)
                LogQueriesPutBack(_name, string.Join(", ", missing));
            LogOpened(_name, before, Schema.Latest);
            _ready = true;
        }
        catch (NpgsqlException exception)
        {
            throw PostgresFault.Explain(exception, _name);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Runs what only one silo may do at a time. The lock goes with the connection, so a silo that dies does not keep
    /// it.</summary>
    public async Task RunAloneAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync("SELECT pg_advisory_lock(@key)", cancellationToken, ("@key", PostgresSchema.LockKey));
        try
        {
            await work();
        }
        finally
        {
            await connection.ExecuteAsync("SELECT pg_advisory_unlock(@key)", CancellationToken.None, ("@key", PostgresSchema.LockKey));
        }
    }

    public Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken = default) =>
        RunAsync(
            async () =>
            {
                await using var connection = await Source.OpenConnectionAsync(cancellationToken);
                return await read(connection, cancellationToken);
            },
            cancellationToken
        );

    public Task<T> ReadAtOneMomentAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken = default
    ) =>
        ReadAsync(
            async (connection, cancellation) =>
            {
                await using var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
                return await read(connection, cancellation);
            },
            cancellationToken
        );

    public Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> write, CancellationToken cancellationToken = default)
    {
        var committing = false;
        return RunAsync(
            async () =>
            {
                await using var connection = await Source.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var result = await write(connection, cancellationToken);
                committing = true;
                await transaction.CommitAsync(CancellationToken.None); // Once begun it is not taken back: nobody would know what holds.
                return result;
            },
            cancellationToken,
            mayRepeat: () => !committing
        );
    }

    /// <summary>
    /// A pooled connection may have died with the server that it led to, which shows only when it is used: then once more on a new one.
    /// A server that does not answer in time is not asked twice, and a commit is never repeated.
    /// </summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> run, CancellationToken cancellationToken, Func<bool>? mayRepeat = null)
    {
        await ReadyAsync(cancellationToken);
        try
        {
            try
            {
                return await run();
            }
            catch (NpgsqlException exception)
                when (exception is { IsTransient: true, InnerException: not TimeoutException } && mayRepeat?.Invoke() is not false)
            {
                return await run();
            }
        }
        catch (NpgsqlException exception)
        {
            throw PostgresFault.Explain(exception, _name);
        }
    }

    public void Dispose()
    {
        Source.Dispose();
        _opening.Dispose();
    }
}
