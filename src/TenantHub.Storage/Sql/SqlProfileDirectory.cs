using System.Text.Json;
using TenantHub.Profiles;

namespace TenantHub.Storage.Sql;

/// <summary>The list of connector profiles, each as JSON.</summary>
internal sealed class SqlProfileDirectory(ISqlDatabase database) : IProfileDirectory
{
    private const string Upsert = """
        INSERT INTO profiles(id, created_at, revision, description)
        VALUES(@id, @created, @revision, @description)
        ON CONFLICT(id) DO UPDATE SET created_at = excluded.created_at, revision = excluded.revision, description = excluded.description
        WHERE excluded.revision > profiles.revision
        """;

    private static readonly RowFormat<ProfileDescription> Rows = new(
        "profiles",
        row => StorageJson.Read<ProfileDescription>(row.GetFieldValue<byte[]>(1)),
        "The list gets it back with the profile's next change."
    );

    public async Task UpsertAsync(ProfileDescription profile, CancellationToken cancellationToken = default)
    {
        var description = JsonSerializer.SerializeToUtf8Bytes(profile, StorageJson.Plain);
        await database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    Upsert,
                    cancellation,
                    ("@id", profile.Id),
                    ("@created", profile.CreatedAt.Text()),
                    ("@revision", profile.Revision),
                    ("@description", description)
                ),
            cancellationToken
        );
    }

    public async Task<IReadOnlyList<ProfileDescription>> ListAsync(int page, int pageSize, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(page, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        return await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    "SELECT id, description FROM profiles ORDER BY created_at, id LIMIT @limit OFFSET @offset",
                    Rows,
                    database.Damaged,
                    pageSize,
                    cancellation,
                    ("@offset", (page - 1L) * pageSize)
                ),
            cancellationToken
        );
    }

    public async Task<ProfileDescription?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(
            (connection, cancellation) =>
                connection.FirstAsync("SELECT id, description FROM profiles WHERE id = @id", Rows.Read, cancellation, ("@id", id)),
            cancellationToken
        );
}
