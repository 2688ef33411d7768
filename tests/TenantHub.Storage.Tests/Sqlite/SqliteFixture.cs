using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TenantHub.Storage.Sqlite;

/// <summary>A data directory of its own, and what lies on it.</summary>
public sealed class SqliteFixture : IDisposable
{
    private readonly DataDirectory _directory;
    private readonly SqliteDatabase _database;

    public SqliteFixture(string? path = null, TimeSpan? busyTimeout = null)
    {
        Path = path ?? Directory.CreateTempSubdirectory("tenanthub-storage-").FullName;
        _directory = new DataDirectory(Options.Create(new StorageOptions { DataDirectory = Path }));
        _database = new SqliteDatabase(_directory, busyTimeout);
        Serializer = new GrainStateSerializer(new ServiceCollection().AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(_directory.PathOf("keys")))
            .Services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>());
        Storage = new SqliteGrainStorage(_database, Serializer, TimeProvider.System);
        Accounts = new SqliteAccountDirectory(_database);
    }

    public string Path { get; }

    public string File => System.IO.Path.Combine(Path, "tenanthub.db");

    internal GrainStateSerializer Serializer { get; }

    internal SqliteGrainStorage Storage { get; }

    internal SqliteAccountDirectory Accounts { get; }

    /// <summary>Lets go of the files without deleting them.</summary>
    public void Close()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    public void Dispose()
    {
        Close();
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}
