namespace TenantHub.Storage.Sqlite;

public sealed class SqliteDatabaseTests : SqlDatabaseSuite<SqliteFile>;
