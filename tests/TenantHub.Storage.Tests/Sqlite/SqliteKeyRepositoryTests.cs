using TenantHub.Storage.Sql;

namespace TenantHub.Storage.Sqlite;

public sealed class SqliteKeyRepositoryTests : KeyRepositorySuite, IDisposable
{
    private readonly SqliteFile _file = new();

    internal override IHubDatabase Open() => _file.Open();

    public void Dispose() => _file.Dispose();
}
