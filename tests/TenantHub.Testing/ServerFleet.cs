using Npgsql;

namespace TenantHub.Testing;

/// <summary>Several server processes on one PostgreSQL, in front of one emulator: a cluster as in production, on loopback.</summary>
public sealed class ServerFleet : IAsyncDisposable
{
    private ServerFleet(EmulatorHost emulator, PostgresServer database, string connectionString, IReadOnlyList<ServerProcess> hubs) =>
        (Emulator, Database, ConnectionString, Hubs) = (emulator, database, connectionString, hubs);

    public EmulatorHost Emulator { get; }

    public PostgresServer Database { get; }

    public string ConnectionString { get; }

    public IReadOnlyList<ServerProcess> Hubs { get; }

    /// <summary>Starts all hubs at once, on an empty database.</summary>
    public static async Task<ServerFleet> StartAsync(
        int hubs,
        IReadOnlyDictionary<string, string>? settings = null,
        bool flushes = false,
        FleetNetwork? network = null
    )
    {
        var here = network?.Here ?? "127.0.0.1";
        var emulator = await EmulatorHost.StartAsync(host: here);
        var database = await PostgresServer.StartAsync(flushes, here);
        var connectionString = await database.CreateDatabaseAsync();
        var all = new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
        {
            ["TenantHub__Database__ConnectionString"] = connectionString,
        };
        return new ServerFleet(
            emulator,
            database,
            connectionString,
            await Task.WhenAll(Enumerable.Range(0, hubs).Select(StartServerAsync))
        );

        Task<ServerProcess> StartServerAsync(int number)
        {
            var address = network?.AddressOf(number) ?? "127.0.0.1";
            var own = new Dictionary<string, string>(all) { ["TenantHub__Orleans__AdvertisedAddress"] = address };
            return ServerProcess.StartAsync(emulator.Address, settings: own, address: address, on: network?.On(number));
        }
    }

    /// <summary>Waits until the cluster itself takes so many hubs for alive, and no more.</summary>
    public async Task WaitForActiveServersAsync(int count)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false"); // The server may have been restarted.
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*) FROM OrleansMembershipTable WHERE status = 3", connection); // 3 is active.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while ((long)(await command.ExecuteScalarAsync())! != count)
            await timer.WaitForNextTickAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hub in Hubs)
            await hub.DisposeAsync();
        await Database.DisposeAsync();
        await Emulator.DisposeAsync();
    }
}
