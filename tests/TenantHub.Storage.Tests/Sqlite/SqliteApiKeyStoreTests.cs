using TenantHub.Storage.Sql;

namespace TenantHub.Storage.Sqlite;

public sealed class SqliteApiKeyStoreTests : ApiKeyStoreSuite, IDisposable
{
    private readonly SqliteFile _file = new();

    internal override IHubDatabase Open() => _file.Open();

    public void Dispose() => _file.Dispose();
}
