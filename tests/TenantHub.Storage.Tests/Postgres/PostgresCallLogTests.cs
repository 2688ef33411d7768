namespace TenantHub.Storage.Postgres;

public sealed class PostgresCallLogTests : CallLogSuite<PostgresTestDatabase>;
