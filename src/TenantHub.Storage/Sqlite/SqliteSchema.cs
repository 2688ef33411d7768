using System.Globalization;
using Microsoft.Data.Sqlite;

namespace TenantHub.Storage.Sqlite;

/// <summary>
/// The tables, in steps; PRAGMA user_version says how many have been taken. A step that was released is never changed. All missing steps
/// are taken in one transaction that begins with the write lock: two starts at once do it once, and a failure leaves the file as it was.
/// </summary>
internal static class SqliteSchema
{
    private static readonly string[] Steps =
    [
        // Version 1. The directory's indexes end in created_at and id, so a page comes out of the index in its order. Unlinked accounts are
        // kept but seldom asked for: the usual list has an index without them.
        """
        CREATE TABLE grain_state(
            state_name TEXT NOT NULL,
            grain_id TEXT NOT NULL,
            version INTEGER NOT NULL,
            payload BLOB,
            modified_at TEXT NOT NULL,
            PRIMARY KEY(state_name, grain_id));
        CREATE TABLE accounts(
            id TEXT NOT NULL PRIMARY KEY,
            origin_owner_id TEXT NOT NULL,
            status TEXT NOT NULL,
            created_at TEXT NOT NULL,
            revision INTEGER NOT NULL,
            description BLOB NOT NULL);
        CREATE INDEX accounts_linked ON accounts(created_at, id) WHERE status <> 'unlinked';
        CREATE INDEX accounts_by_owner ON accounts(origin_owner_id, created_at, id);
        CREATE INDEX accounts_by_status ON accounts(status, created_at, id);
        """,

        // Version 2. Keys of callers are kept as hashes: they may name people, and all that is ever asked is whether one is there.
        """
        CREATE TABLE idempotency(
            account_id TEXT NOT NULL,
            key_hash TEXT NOT NULL,
            payload_hash TEXT NOT NULL,
            created_at TEXT NOT NULL,
            answer BLOB,
            PRIMARY KEY(account_id, key_hash)) WITHOUT ROWID;
        CREATE INDEX idempotency_by_age ON idempotency(created_at);
        """,
    ];

    public static int Latest => Steps.Length;

    /// <summary>Brings the database up to date and gives the version that it had before.</summary>
    public static int Apply(SqliteConnection connection) => Apply(connection, Steps);

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
                $"The database {connection.DataSource} has schema version {version}; this TenantHub knows {steps.Count}. Start the newer TenantHub that wrote it, or restore a backup.");
        }

        if (version == steps.Count) return version;
        foreach (var step in steps.Skip(version)) Execute(connection, step, transaction);
        Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version={steps.Count}"), transaction);
        transaction.Commit();
        return version;
    }

    private static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
#pragma warning disable CA2100 // The statements are the steps above and a number; SQLite takes no parameters in them.
        using var command = new SqliteCommand(sql, connection, transaction);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
