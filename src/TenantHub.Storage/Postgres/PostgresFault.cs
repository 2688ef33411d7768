using Npgsql;

namespace TenantHub.Storage.Postgres;

/// <summary>Says what a PostgreSQL error means for the operator.</summary>
internal static class PostgresFault
{
    /// <summary>idle_in_transaction_session_timeout has ended the session; the driver has no name for it.</summary>
    private const string IdleInTransaction = "25P03";

    public static StorageException Explain(NpgsqlException exception, string name)
    {
        if (
            exception is PostgresException
            {
                SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn,
                MessageText: var lacks
            }
        )
            return StorageException.LacksTable(lacks);
        var what = exception is not PostgresException { SqlState: var state }
            ? $"does not answer ({exception.GetBaseException().Message.TrimEnd('.')}). Nothing is known to be stored. Check that the server runs and that TenantHub:Database:ConnectionString names it."
            : state switch
            {
                PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                    "refuses the user or the password. Correct TenantHub:Database:ConnectionString.",
                PostgresErrorCodes.InvalidCatalogName => "does not exist. Create it, or correct TenantHub:Database:ConnectionString.",
                PostgresErrorCodes.InsufficientPrivilege =>
                    "does not let this user do what is needed. It must own TenantHub's tables, and may create them in the schema.",
                PostgresErrorCodes.TooManyConnections =>
                    "has no connection left. Raise max_connections, or lower Maximum Pool Size in the connection strings.",
                PostgresErrorCodes.DiskFull => "could not grow: the disk is full. Nothing was stored. Free some space and try again.",
                PostgresErrorCodes.ReadOnlySqlTransaction =>
                    "is read-only, as a standby is. Point TenantHub:Database:ConnectionString to the primary.",
                PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow =>
                    "is starting or stopping. Try again.",
                IdleInTransaction =>
                    "ended a transaction that this TenantHub process had left open, as a process does that was frozen. Nothing was stored. Try again.",
                PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected =>
                    "undid the change because of another one at the same time. Nothing was stored. Try again.",
                _ => "refused a statement. This is a defect of TenantHub; please report it with the inner exception.",
            };
        return new StorageException($"The database {name} {what}", exception);
    }
}
