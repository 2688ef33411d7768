using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace TenantHub.Storage.Sqlite;

/// <summary>One database file of a test. Opening closes what was open before, so the next reader meets the file, not a cache.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private SqliteDatabase? _open;

    public string Path => _directory.PathOf("test.db");

    public string FolderPath => _directory.FullPath;

    public SqliteDatabase Open(TimeSpan? busyTimeout = null)
    {
        _open?.Dispose();
        return _open = new SqliteDatabase(Path, busyTimeout ?? TimeSpan.FromSeconds(5), NullLogger<SqliteDatabase>.Instance);
    }

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
