using System.Data.Common;

namespace TenantHub.Storage.Sql;

/// <summary>
/// Our tables, in SQLite or PostgreSQL. Whoever uses it writes SQL that both understand (README.md in this folder), so every
/// table is written once. What fails comes back as a <see cref="StorageException"/> that says what to do.
/// </summary>
internal interface ISqlDatabase
{
    /// <summary>Gets where rows that cannot be read are told.</summary>
    DamagedRows Damaged { get; }

    /// <summary>Makes sure that the database answers and that its tables are those of this version.</summary>
    Task ReadyAsync(CancellationToken cancellationToken = default);

    /// <summary>Runs a read. It may run twice, after a connection that turned out to be dead.</summary>
    Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken = default);

    /// <summary>Runs a read of several statements, which all see what was there when the first of them ran.</summary>
    Task<T> ReadAtOneMomentAsync<T>(Func<DbConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs a write in a transaction of its own and answers when that is on the disk. It may run twice, the first time without effect, so
    /// it does nothing but use the connection; it awaits nothing else either, because SQLite's one writer waits for it.
    /// </summary>
    Task<T> WriteAsync<T>(Func<DbConnection, CancellationToken, Task<T>> write, CancellationToken cancellationToken = default);

    /// <summary>Runs a write for which nobody outside waits. SQLite, which writes one after the other, lets others go first.</summary>
    Task<T> WriteInBackgroundAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> write,
        CancellationToken cancellationToken = default
    ) => WriteAsync(write, cancellationToken);
}
