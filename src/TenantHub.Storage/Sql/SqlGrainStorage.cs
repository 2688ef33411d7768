using System.Data.Common;
using System.Globalization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace TenantHub.Storage.Sql;

/// <summary>
/// Grain state of an embedded silo; a cluster uses Orleans' own storage (<see cref="Postgres.PostgresGrainStorage"/>) on the same table.
/// Every write is one statement that checks the version it is based on; the version is the ETag. What was cleared keeps its row and counts
/// on, so an older activation cannot write over it; the row goes when no such activation can be left (<see cref="RetentionSweep"/>).
/// </summary>
internal sealed class SqlGrainStorage(
    ISqlDatabase database,
    IGrainStorageSerializer serializer,
    IActivatorProvider activators,
    TimeProvider clock
) : IGrainStorage
{
    private const string Select = "SELECT version, payload FROM grain_state WHERE state_name = @name AND grain_id = @id";

    private const string Insert = """
        INSERT INTO grain_state(state_name, grain_id, version, payload, modified_at) VALUES(@name, @id, 1, @payload, @now)
        ON CONFLICT DO NOTHING RETURNING version
        """;

    private const string Update = """
        UPDATE grain_state SET version = version + 1, payload = @payload, modified_at = @now
        WHERE state_name = @name AND grain_id = @id AND version = @version RETURNING version
        """;

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = await database.ReadAsync((connection, cancellation) => FindAsync(connection, stateName, grainId, cancellation));
        try
        {
            grainState.State = row?.Payload is { } payload ? serializer.Deserialize<T>(new BinaryData(payload)) : New<T>();
        }
        catch (StorageException damaged) when (damaged.IsDamage)
        {
            throw damaged.At(stateName, grainId);
        }

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
        var absent =
            grainState.ETag is null
            && await database.ReadAsync((connection, cancellation) => FindAsync(connection, stateName, grainId, cancellation)) is null;
        if (!absent)
            grainState.ETag = await StoreAsync(stateName, grainId, grainState.ETag, payload: null);
        grainState.State = New<T>();
        grainState.RecordExists = false;
    }

    private async Task<string> StoreAsync(string stateName, GrainId grainId, string? etag, byte[]? payload)
    {
        // An ETag that is not a number did not come from here; no version matches it.
        var version =
            etag is null ? 0
            : long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : -1;
        var now = clock.GetUtcNow().Text();
        var (written, current) = await database.WriteAsync<(string? Written, string? Current)>(
            async (connection, cancellation) =>
            {
                var stored = etag is null
                    ? await connection.FirstAsync(
                        Insert,
                        ReadETag,
                        cancellation,
                        ("@name", stateName),
                        ("@id", grainId.ToString()),
                        ("@payload", payload),
                        ("@now", now)
                    )
                    : await connection.FirstAsync(
                        Update,
                        ReadETag,
                        cancellation,
                        ("@name", stateName),
                        ("@id", grainId.ToString()),
                        ("@payload", payload),
                        ("@now", now),
                        ("@version", version)
                    );
                return stored is not null ? (stored, null) : (null, (await FindAsync(connection, stateName, grainId, cancellation))?.ETag);
            }
        );
        return written
            ?? throw new InconsistentStateException(
                $"State {stateName} of {grainId} was written by another activation since this one read it. Nothing was stored.",
                current ?? "none",
                etag ?? "none"
            );
    }

    private static Task<Row?> FindAsync(DbConnection connection, string stateName, GrainId grainId, CancellationToken cancellationToken) =>
        connection.FirstAsync<Row?>(
            Select,
            row => new Row(ReadETag(row), row.GetBytes(1)),
            cancellationToken,
            ("@name", stateName),
            ("@id", grainId.ToString())
        );

    private static string ReadETag(DbDataReader row) => row.GetInt64(0).ToString(CultureInfo.InvariantCulture);

    private T New<T>() => activators.GetActivator<T>().Create();

    private sealed record Row(string ETag, byte[]? Payload);
}
