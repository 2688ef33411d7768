using System.Data.Common;
using System.Text.Json;
using TenantHub.Security;

namespace TenantHub.Storage.Sql;

/// <summary>The API keys by hash. Who reads this table can use none of them.</summary>
internal sealed class SqlApiKeyStore(ISqlDatabase database) : IApiKeyStore
{
    private const string Columns =
        "id, name, role, origin_owner_ids, profile_ids, created_at, created_by, expires_at, last_used_at, revoked_at, rights";
    private const string ByHash = $"SELECT {Columns} FROM api_keys WHERE hash = @hash";
    private const string ById = $"SELECT {Columns} FROM api_keys WHERE id = @id";
    private const string List = $"SELECT {Columns} FROM api_keys ORDER BY created_at, id LIMIT @limit OFFSET @offset";
    private const string Revoke = $"UPDATE api_keys SET revoked_at = coalesce(revoked_at, @at) WHERE id = @id RETURNING {Columns}";
    private const string Touch = "UPDATE api_keys SET last_used_at = @at WHERE id = @id AND (last_used_at IS NULL OR last_used_at < @at)";

    private const string Insert = """
        INSERT INTO api_keys(id, hash, name, role, origin_owner_ids, profile_ids, created_at, created_by, expires_at, rights)
        VALUES(@id, @hash, @name, @role, @owners, @profiles, @created, @by, @expires, @rights)
        """;

    public Task AddAsync(ApiKey key, string hash) =>
        database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    Insert,
                    cancellation,
                    ("@id", key.Id),
                    ("@hash", hash),
                    ("@name", key.Name),
                    ("@role", WireName.Of(key.Role)),
                    ("@owners", Json(key.OriginOwnerIds)),
                    ("@profiles", Json(key.ProfileIds)),
                    ("@created", key.CreatedAt.Text()),
                    ("@by", key.CreatedBy),
                    ("@expires", key.ExpiresAt?.Text()),
                    ("@rights", key.Rights is { } rights ? JsonSerializer.Serialize(rights, StorageJson.Plain) : null)
                )
        );

    public Task<ApiKey?> FindByHashAsync(string hash, CancellationToken cancellationToken = default) =>
        database.ReadAsync(
            (connection, cancellation) => connection.FirstAsync(ByHash, Read, cancellation, ("@hash", hash)),
            cancellationToken
        );

    public Task<ApiKey?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        database.ReadAsync((connection, cancellation) => connection.FirstAsync(ById, Read, cancellation, ("@id", id)), cancellationToken);

    public async Task<IReadOnlyList<ApiKey>> ListAsync(int page, int pageSize, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(List, Read, cancellation, ("@limit", (long)pageSize), ("@offset", (page - 1L) * pageSize)),
            cancellationToken
        );

    public Task<ApiKey?> RevokeAsync(string id, DateTimeOffset at) =>
        database.WriteAsync(
            (connection, cancellation) => connection.FirstAsync(Revoke, Read, cancellation, ("@id", id), ("@at", at.Text()))
        );

    public Task TouchAsync(string id, DateTimeOffset at) =>
        database.WriteAsync((connection, cancellation) => connection.ExecuteAsync(Touch, cancellation, ("@id", id), ("@at", at.Text())));

    private static string Json(IReadOnlyList<string> values) => JsonSerializer.Serialize(values, StorageJson.Plain);

    private static ApiKey Read(DbDataReader row) =>
        new()
        {
            Id = row.GetString(0),
            Name = row.GetString(1),
            Role = WireName.TryParse<AccessRole>(row.GetString(2), out var role)
                ? role
                : throw new StorageException(
                    $"The API key {row.GetString(0)} has a role that this TenantHub does not know. Start the newer TenantHub that wrote it, or revoke the key."
                ),
            OriginOwnerIds = JsonSerializer.Deserialize<List<string>>(row.GetString(3), StorageJson.Plain)!,
            ProfileIds = JsonSerializer.Deserialize<List<string>>(row.GetString(4), StorageJson.Plain)!,
            CreatedAt = row.GetInstant(5),
            CreatedBy = row.GetString(6),
            ExpiresAt = Instant(row, 7),
            LastUsedAt = Instant(row, 8),
            RevokedAt = Instant(row, 9),
            Rights = row.GetText(10) is { } rights ? JsonSerializer.Deserialize<CallerRights>(rights, StorageJson.Plain) : null,
        };

    private static DateTimeOffset? Instant(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInstant(column);
}
