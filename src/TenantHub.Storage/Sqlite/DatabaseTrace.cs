namespace TenantHub.Storage.Sqlite;

/// <summary>
/// A file beside the database that says that there was one. SQLite takes an empty file, and one that is missing, for a new database: every
/// account would be gone, and nobody told.
/// </summary>
internal sealed class DatabaseTrace(string databasePath)
{
    private readonly string _path = databasePath + ".made";

    /// <summary>How a file is opened that only this process's user may read.</summary>
    public static FileStreamOptions Private(FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    /// <exception cref="StorageException">There was a database here, and there is none now.</exception>
    public void Check()
    {
        var database = new FileInfo(databasePath);
        if (database is { Exists: true, Length: > 0 } || !File.Exists(_path))
            return;
        throw new StorageException(
            $"The database {databasePath} is {(database.Exists ? "empty" : "missing")}, and there was one here before. Nothing was changed. Restore it from a backup (deploy/runbook.md, Restore). To begin with a new one, and without any account, delete the file {_path}."
        );
    }

    /// <summary>Notes that there is a database.</summary>
    public void Leave()
    {
        if (File.Exists(_path))
            return;
        using var note = new StreamWriter(new FileStream(_path, Private(FileMode.Create)));
        note.WriteLine(
            $"A database of TenantHub was made in {Path.GetFileName(databasePath)}. While this file is there, none is made anew."
        );
    }
}
