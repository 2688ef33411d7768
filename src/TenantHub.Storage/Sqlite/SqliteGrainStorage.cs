using System.Globalization;
using Microsoft.Data.Sqlite;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace TenantHub.Storage.Sqlite;

/// <summary>
/// Grain state in SQLite. Every write is one statement that checks the version it is based on; the version is the ETag. A row is never
/// removed: what was cleared keeps its row and counts on, so an older activation can never write over it.
/// </summary>
internal sealed class SqliteGrainStorage(
    SqliteDatabase database, IGrainStorageSerializer serializer, IActivatorProvider activators, TimeProvider clock)
    : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private const string Select = "SELECT version, payload FROM grain_state WHERE state_name = $name AND grain_id = $id";

    private const string Insert = """
        INSERT INTO grain_state(state_name, grain_id, version, payload, modified_at) VALUES($name, $id, 1, $payload, $now)
        ON CONFLICT DO NOTHING RETURNING version
        """;

    private const string Update = """
        UPDATE grain_state SET version = version + 1, payload = $payload, modified_at = $now
        WHERE state_name = $name AND grain_id = $id AND version = $version RETURNING version
        """;

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(SqliteGrainStorage), ServiceLifecycleStage.ApplicationServices, database.ReadyAsync);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = await database.ReadAsync(connection => Find(connection, stateName, grainId));
        grainState.State = row?.Payload is { } payload ? serializer.Deserialize<T>(new BinaryData(payload)) : New<T>();
        grainState.ETag = row?.ETag;
        grainState.RecordExists = row?.Payload is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var payload = serializer.Serialize(grainState.State).ToArray();
        grainState.ETag = await StoreAsync(stateName, grainId, grainState.ETag, payload);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // Nothing was read and nothing is there: nothing to clear, and no row to leave behind.
        var absent = grainState.ETag is null && await database.ReadAsync(connection => Find(connection, stateName, grainId)) is null;
        if (!absent) grainState.ETag = await StoreAsync(stateName, grainId, grainState.ETag, payload: null);
        grainState.State = New<T>();
        grainState.RecordExists = false;
    }

    private async Task<string> StoreAsync(string stateName, GrainId grainId, string? etag, byte[]? payload)
    {
        // An ETag that is not a number did not come from here; no version matches it.
        var version = etag is null ? 0 : long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
        var now = clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var (written, current) = await database.WriteAsync(connection =>
        {
            using var command = connection.CreateCommand();
            if (etag is null) command.CommandText = Insert;
            else command.CommandText = Update;
            command.Parameters.AddWithValue("$name", stateName);
            command.Parameters.AddWithValue("$id", grainId.ToString());
            command.Parameters.AddWithValue("$payload", (object?)payload ?? DBNull.Value);
            command.Parameters.AddWithValue("$now", now);
            if (etag is not null) command.Parameters.AddWithValue("$version", version);
            return command.ExecuteScalar() is long stored ? (ETagOf(stored), null) : ((string?)null, Find(connection, stateName, grainId)?.ETag);
        });
        return written ?? throw new InconsistentStateException(
            $"State {stateName} of {grainId} was written by another activation since this one read it. Nothing was stored.", current ?? "none", etag ?? "none");
    }

    private static Row? Find(SqliteConnection connection, string stateName, GrainId grainId)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Select;
        command.Parameters.AddWithValue("$name", stateName);
        command.Parameters.AddWithValue("$id", grainId.ToString());
        using var reader = command.ExecuteReader();
        return reader.Read() ? new Row(ETagOf(reader.GetInt64(0)), reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1)) : null;
    }

    private static string ETagOf(long version) => version.ToString(CultureInfo.InvariantCulture);

    private T New<T>() => activators.GetActivator<T>().Create();

    private sealed record Row(string ETag, byte[]? Payload);
}
