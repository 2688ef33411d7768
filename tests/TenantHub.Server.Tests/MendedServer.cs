using Microsoft.Data.Sqlite;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server;

/// <summary>A server whose database its tests damage, one test at a time; whoever renames a table gives it its name back.</summary>
[CollectionDefinition(Name)]
public sealed class MendedServer(ServerFixture fixture) : ICollectionFixture<MendedServer>, IAsyncLifetime
{
    public const string Name = "mended server";

    public ServerProcess Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Hub = await ServerProcess.StartAsync(
            fixture.Emulator.Address,
            settings: new Dictionary<string, string>
            {
                ["TenantHub__ApiKeys__LookUpEvery"] = "00:01:00",
                ["TenantHub__Orleans__Gateway"] = "true",
            }
        );

    public ValueTask DisposeAsync() => Hub.DisposeAsync();

    /// <summary>The table is not there until this is disposed.</summary>
    public IDisposable Without(string table) => new Gone(this, table);

    /// <summary>What another server of the cluster, time, or a fault would do to the database; gives how many rows it has changed.</summary>
    public static int Execute(ServerProcess hub, string sql, string? id = null)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(hub.DataDirectory, "tenanthub.db")};Pooling=False");
        connection.Open();
#pragma warning disable CA2100 // Constants of the tests.
        using var command = new SqliteCommand(sql, connection);
#pragma warning restore CA2100
        if (id is not null)
            command.Parameters.AddWithValue("@id", id);
        return command.ExecuteNonQuery();
    }

    private sealed class Gone : IDisposable
    {
        private readonly MendedServer _server;
        private readonly string _table;

        public Gone(MendedServer server, string table)
        {
            (_server, _table) = (server, table);
            Execute(_server.Hub, $"ALTER TABLE {_table} RENAME TO {_table}_gone");
        }

        public void Dispose() => Execute(_server.Hub, $"ALTER TABLE {_table}_gone RENAME TO {_table}");
    }
}
