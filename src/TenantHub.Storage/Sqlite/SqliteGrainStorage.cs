using System.Globalization;
using Microsoft.Data.Sqlite;
using Orleans.Storage;

namespace TenantHub.Storage.Sqlite;

/// <summary>
/// Grain state in SQLite. Every write is one statement that checks the version, so a lock that lasts too long fails one write and leaves
/// nothing half done (docs/adr/0004 says why not the official script).
/// </summary>
internal sealed class SqliteGrainStorage(SqliteDatabase database, IGrainStorageSerializer serializer, TimeProvider clock)
    : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private const string Insert = """
        INSERT INTO grain_state(state_name, grain_id, version, payload, modified_at) VALUES($name, $id, 1, $payload, $now)
        ON CONFLICT DO NOTHING RETURNING version
        """;

    private const string Update = """
        UPDATE grain_state SET version = version + 1, payload = $payload, modified_at = $now
        WHERE state_name = $name AND grain_id = $id AND version = $version RETURNING version
        """;

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(SqliteGrainStorage), ServiceLifecycleStage.ApplicationServices, _ => database.ReadyAsync());

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => database.ReadAsync(async connection =>
    {
        await using var command = new SqliteCommand("SELECT version, payload FROM grain_state WHERE state_name = $name AND grain_id = $id", connection);
        command.Parameters.AddWithValue("$name", stateName);
        command.Parameters.AddWithValue("$id", grainId.ToString());
        await using var row = await command.ExecuteReaderAsync();
        var found = await row.ReadAsync();
        grainState.ETag = found ? row.GetInt64(0).ToString(CultureInfo.InvariantCulture) : null;
        grainState.RecordExists = found && !await row.IsDBNullAsync(1);
        grainState.State = grainState.RecordExists
            ? serializer.Deserialize<T>(BinaryData.FromBytes(await row.GetFieldValueAsync<byte[]>(1)))
            : Activator.CreateInstance<T>();
        return true;
    });

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = await StoreAsync(stateName, grainId, grainState.ETag, serializer.Serialize(grainState.State).ToArray());
        grainState.RecordExists = true;
    }

    /// <summary>Removes the payload and keeps the row with its next version, so that an older activation cannot write again.</summary>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (grainState.ETag is not null) grainState.ETag = await StoreAsync(stateName, grainId, grainState.ETag, null);
        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
    }

    private async Task<string> StoreAsync(string stateName, GrainId grainId, string? etag, byte[]? payload)
    {
        var version = await database.WriteAsync(async connection =>
        {
#pragma warning disable CA2100 // Two constants of this class.
            await using var command = new SqliteCommand(etag is null ? Insert : Update, connection);
#pragma warning restore CA2100
            command.Parameters.AddWithValue("$name", stateName);
            command.Parameters.AddWithValue("$id", grainId.ToString());
            command.Parameters.AddWithValue("$payload", (object?)payload ?? DBNull.Value);
            command.Parameters.AddWithValue("$now", clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
            if (etag is not null) command.Parameters.AddWithValue("$version", long.Parse(etag, CultureInfo.InvariantCulture));
            return await command.ExecuteScalarAsync();
        });
        return version is long stored
            ? stored.ToString(CultureInfo.InvariantCulture)
            : throw new InconsistentStateException($"The state {stateName} of {grainId} was written by another activation.", "unknown", etag ?? "none");
    }
}
