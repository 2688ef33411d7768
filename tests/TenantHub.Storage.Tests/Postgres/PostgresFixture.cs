using Microsoft.Extensions.Logging.Abstractions;
using TenantHub.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(TenantHub.Storage.Postgres.PostgresFixture))]

namespace TenantHub.Storage.Postgres;

/// <summary>
/// One server for all tests that do not stop it, started when the first of them asks for a database: a run without them needs no
/// PostgreSQL. Each test has a database of its own.
/// </summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartAsync());
    private readonly Lazy<Task<string>> _original;

    public PostgresFixture() => _original = new(CreateOriginalAsync);

    /// <summary>Makes a database without a table, as an operator hands it over.</summary>
    public async Task<string> CreateEmptyDatabaseAsync() => await (await _server.Value).CreateDatabaseAsync();

    /// <summary>Makes a database that has our tables and no row in them: a copy, which costs a tenth of all steps of the schema.</summary>
    public async Task<string> CreateDatabaseAsync() => await (await _server.Value).CreateDatabaseAsync(await _original.Value);

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
            await (await _server.Value).DisposeAsync();
    }

    private async Task<string> CreateOriginalAsync()
    {
        // Without a pool nobody is connected any more when this is done, which PostgreSQL wants of a template.
        var original = await CreateEmptyDatabaseAsync() + ";Pooling=false";
        using var database = new PostgresDatabase(original, NullLogger<PostgresDatabase>.Instance);
        await database.ReadyAsync();
        return original;
    }
}
