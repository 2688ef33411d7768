using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using TenantHub.Storage.Sql;

namespace TenantHub.Storage.Sqlite;

/// <summary>A SQLite file in a folder of its own.</summary>
public sealed class SqliteFile : ITestDatabase<SqliteFile>
{
    private readonly TemporaryDirectory _directory = new();
    private SqliteDatabase? _open;

    public string Path => _directory.PathOf("test.db");

    public string FolderPath => _directory.FullPath;

    public static ValueTask<SqliteFile> CreateAsync() => ValueTask.FromResult(new SqliteFile());

    internal SqliteDatabase Open(TimeSpan? busyTimeout = null)
    {
        _open?.Dispose();
        return _open = new SqliteDatabase(Path, busyTimeout ?? TimeSpan.FromSeconds(5), NullLogger<SqliteDatabase>.Instance);
    }

    /// <summary>As a server that stops.</summary>
    public void Close()
    {
        _open?.Dispose();
        _open = null;
    }

    ISqlDatabase ITestDatabase<SqliteFile>.Open() => Open();

    /// <summary>A connection of another program.</summary>
    public SqliteConnection OpenForeign()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>Holds the write lock as another program would, until it is disposed.</summary>
    public IDisposable HoldWriteLock()
    {
        var connection = OpenForeign();
        connection.BeginTransaction(deferred: false);
        return connection; // Closing it rolls the transaction back.
    }

    public void Dispose()
    {
        _open?.Dispose();
        _directory.Dispose();
    }
}
