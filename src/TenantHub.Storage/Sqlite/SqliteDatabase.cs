using System.Globalization;
using Microsoft.Data.Sqlite;

namespace TenantHub.Storage.Sqlite;

/// <summary>
/// The database file: its connections, its schema, and the gate that lets one write in at a time (SQLite has one writer; waiting here is
/// cheaper and fairer than SQLite's own busy loop).
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    /// <summary>The schema's steps; PRAGMA user_version says how many have been applied. Never change a step that was released.</summary>
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE grain_state(
            state_name TEXT NOT NULL, grain_id TEXT NOT NULL, version INTEGER NOT NULL, payload BLOB, modified_at TEXT NOT NULL,
            PRIMARY KEY(state_name, grain_id)) WITHOUT ROWID;
        CREATE TABLE accounts(
            id TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL, origin_owner_id TEXT NOT NULL, status TEXT NOT NULL,
            created_at TEXT NOT NULL, description BLOB NOT NULL);
        CREATE INDEX accounts_by_creation ON accounts(created_at, id);
        CREATE INDEX accounts_by_owner ON accounts(origin_owner_id, created_at, id);
        CREATE INDEX accounts_by_status ON accounts(status, created_at, id);
        """,
    ];

    private readonly string _connectionString;
    private readonly SemaphoreSlim _writeGate = new(1, 1);
    private readonly Lazy<Task> _ready;

    public SqliteDatabase(DataDirectory directory, TimeSpan? busyTimeout = null)
    {
        var timeout = busyTimeout ?? TimeSpan.FromSeconds(10);
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = directory.PathOf("tenanthub.db"),
            Mode = SqliteOpenMode.ReadWriteCreate,
            DefaultTimeout = (int)Math.Max(1, timeout.TotalSeconds),
        }.ToString();
        _ready = new Lazy<Task>(MigrateAsync);
    }

    /// <summary>Makes sure that the schema is there.</summary>
    public Task ReadyAsync() => _ready.Value;

    public async Task<T> ReadAsync<T>(Func<SqliteConnection, Task<T>> read, CancellationToken cancellationToken = default)
    {
        await ReadyAsync();
        await using var connection = await OpenAsync(cancellationToken);
        return await read(connection);
    }

    public async Task<T> WriteAsync<T>(Func<SqliteConnection, Task<T>> write, CancellationToken cancellationToken = default)
    {
        await ReadyAsync();
        await _writeGate.WaitAsync(cancellationToken);
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
            return await write(connection);
        }
        finally
        {
            _writeGate.Release();
        }
    }

    public void Dispose()
    {
        _writeGate.Dispose();
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    private async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);

        // FULL: an accepted link survives a power cut, not only a killed process. A setting of the connection, so it is said every time.
        await ExecuteAsync(connection, "PRAGMA synchronous=FULL");
        return connection;
    }

    private async Task MigrateAsync()
    {
        await using var connection = await OpenAsync(CancellationToken.None);
        await ExecuteAsync(connection, "PRAGMA journal_mode=WAL");
        await ExecuteAsync(connection, "BEGIN IMMEDIATE"); // Takes the write lock, so two starts do not meet. Disposing the connection rolls back.
        var version = Convert.ToInt32(await ScalarAsync(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);
        if (version > Migrations.Length)
            throw new InvalidOperationException($"The database has schema version {version}, this TenantHub knows {Migrations.Length}. Start the newer version that wrote it, or restore a backup.");

        for (; version < Migrations.Length; version++) await ExecuteAsync(connection, Migrations[version]);
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version={Migrations.Length}"));
        await ExecuteAsync(connection, "COMMIT");
    }

#pragma warning disable CA2100 // The statements are constants of this class.
    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = new SqliteCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(SqliteConnection connection, string sql)
    {
        await using var command = new SqliteCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
#pragma warning restore CA2100
}
