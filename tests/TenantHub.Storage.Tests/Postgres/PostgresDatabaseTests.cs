namespace TenantHub.Storage.Postgres;

public sealed class PostgresDatabaseTests : SqlDatabaseSuite<PostgresTestDatabase>;
