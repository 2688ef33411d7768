using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using TenantHub.Storage.Sql;

namespace TenantHub.Storage.Sqlite;

/// <summary>
/// Takes the steps of <see cref="Schema"/> that a file lacks; PRAGMA user_version says how many it has. All are taken in one transaction
/// that begins with the write lock: two starts at once do it once, and a failure leaves the file as it was.
/// </summary>
internal static partial class SqliteSchema
{
    /// <summary>Brings the database up to date and gives the version that it had before.</summary>
    public static int Apply(SqliteConnection connection) => Apply(connection, [.. Schema.Steps.Select(step => step.Sqlite)]);

    /// <summary>The same with given steps: tests play a later version with it.</summary>
    internal static int Apply(SqliteConnection connection, IReadOnlyList<string> steps)
    {
        // Outside the transaction, because SQLite allows it nowhere else. The mode stays with the file.
        Execute(connection, "PRAGMA journal_mode=WAL");
        using var transaction = connection.BeginTransaction(deferred: false);
        using var read = new SqliteCommand("PRAGMA user_version", connection, transaction);
        var version = Convert.ToInt32(read.ExecuteScalar(), CultureInfo.InvariantCulture);
        if (version > steps.Count)
        {
            throw new StorageException(
                $"The database {connection.DataSource} has schema version {version}; this TenantHub knows {steps.Count}. Start the newer TenantHub that wrote it, or restore a backup."
            );
        }

        Schema.CheckTables(connection.DataSource, steps.Take(version), Tables(connection, transaction));
        if (version == steps.Count)
            return version;
        try
        {
            foreach (var step in steps.Skip(version).Where(step => step.Length > 0))
                Execute(connection, step, transaction);
        }
        catch (SqliteException exception) when (AlreadyThere().Match(exception.Message) is { Success: true, Value: var what })
        {
            throw Schema.AlreadyThere(connection.DataSource, version, what, exception);
        }

        Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version={steps.Count}"), transaction);
        transaction.Commit();
        return version;
    }

    private static List<string> Tables(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var read = new SqliteCommand("SELECT name FROM sqlite_master WHERE type = 'table'", connection, transaction);
        using var reader = read.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
            names.Add(reader.GetString(0));
        return names;
    }

    private static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
#pragma warning disable CA2100 // The statements are the steps above and a number; SQLite takes no parameters in them.
        using var command = new SqliteCommand(sql, connection, transaction);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>SQLite has no code of its own for it.</summary>
    [GeneratedRegex(@"(table|index|trigger|view) \S+ already exists|duplicate column name: \w+")]
    private static partial Regex AlreadyThere();
}
