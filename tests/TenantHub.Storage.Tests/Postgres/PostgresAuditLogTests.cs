using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage.Postgres;

public sealed class PostgresAuditLogTests(PostgresFixture fixture) : AuditLogSuite, IAsyncLifetime
{
    private PostgresTestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await PostgresTestDatabase.CreateAsync(fixture.Server);

    internal override IHubDatabase Open() => _database.Open();

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }
}
