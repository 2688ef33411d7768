using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TenantHub.Storage.Sqlite;

/// <summary>Says what a SQLite error means for the operator.</summary>
internal static partial class SqliteFault
{
    public static bool IsBusy(SqliteException exception) => exception.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>Whether it is the disk or the file, and not the statement nor another program's lock, which ends by itself.</summary>
    public static bool StopsEveryWrite(SqliteException exception) =>
        exception.SqliteErrorCode
            is raw.SQLITE_FULL
                or raw.SQLITE_IOERR
                or raw.SQLITE_READONLY
                or raw.SQLITE_PERM
                or raw.SQLITE_CANTOPEN
                or raw.SQLITE_CORRUPT
                or raw.SQLITE_NOTADB;

    public static StorageException Explain(SqliteException exception, string path)
    {
        if (Lacks().Match(exception.Message) is { Success: true, Value: var lacks })
            return StorageException.LacksTable(lacks);
        var what = exception.SqliteErrorCode switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED =>
                "is locked by another program for longer than TenantHub:DatabaseBusyTimeout. Nothing was stored. Close what has it open (a backup, a database browser) and try again.",
            raw.SQLITE_FULL => "could not grow: the disk is full. Nothing was stored. Free some space and try again.",
            raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH =>
                "may not be written by this process. Correct the file's owner and rights.",
            raw.SQLITE_CANTOPEN => "cannot be opened. Check that its folder exists and that this process may write it.",
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => "is damaged. Stop the server and restore it from a backup.",
            raw.SQLITE_IOERR => "could not be read or written: the disk reported an error. Check the disk.",
            _ => "refused a statement. This is a defect of TenantHub; please report it with the inner exception.",
        };
        return new StorageException($"The database {path} {what}", exception);
    }

    /// <summary>SQLite has no code of its own for it.</summary>
    [GeneratedRegex(@"no such (table|column): [\w.]+")]
    private static partial Regex Lacks();
}
