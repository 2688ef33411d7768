using Orleans.Storage;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage.Postgres;

public sealed class PostgresGrainStorageTests(PostgresFixture fixture) : GrainStorageSuite, IAsyncLifetime
{
    private PostgresTestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await PostgresTestDatabase.CreateAsync(fixture.Server);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    protected override IGrainStorage Open() => new SqlGrainStorage(_database.Open(), Serializer, Activators, TimeProvider.System);

    protected override void Dispose(bool disposing)
    {
        if (disposing) _database.Dispose();
        base.Dispose(disposing);
    }
}
