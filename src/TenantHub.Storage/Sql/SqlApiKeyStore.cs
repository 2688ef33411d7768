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

    private static readonly RowFormat<ApiKey> Rows = new(
        "api_keys",
        Read,
        "It is refused. Restore it from a backup, start the newer TenantHub that wrote it, or revoke it and make a new key."
    );

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
            (connection, cancellation) => connection.FirstAsync(ByHash, Rows.Read, cancellation, ("@hash", hash)),
            cancellationToken
        );

    public Task<ApiKey?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        database.ReadAsync(
            (connection, cancellation) => connection.FirstAsync(ById, Rows.Read, cancellation, ("@id", id)),
            cancellationToken
        );

    public async Task<IReadOnlyList<ApiKey>> ListAsync(int page, int pageSize, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(List, Rows, database.Damaged, pageSize, cancellation, ("@offset", (page - 1L) * pageSize)),
            cancellationToken
        );

    public Task<ApiKey?> RevokeAsync(string id, DateTimeOffset at) =>
        database.WriteAsync(
            (connection, cancellation) => connection.FirstAsync(Revoke, ReadRevoked, cancellation, ("@id", id), ("@at", at.Text()))
        );

    public Task TouchAsync(string id, DateTimeOffset at) =>
        database.WriteAsync((connection, cancellation) => connection.ExecuteAsync(Touch, cancellation, ("@id", id), ("@at", at.Text())));

    private static string Json(IReadOnlyList<string> values) => JsonSerializer.Serialize(values, StorageJson.Plain);

    private static ApiKey Read(DbDataReader row) =>
        new()
        {
            Id = row.GetString(0),
            Name = row.GetString(1),
            Role = WireName.TryParse<AccessRole>(row.GetString(2), out var role) ? role : throw new FormatException(),
            OriginOwnerIds = StorageJson.Read<List<string>>(row.GetString(3)),
            ProfileIds = StorageJson.Read<List<string>>(row.GetString(4)),
            CreatedAt = row.GetInstant(5),
            CreatedBy = row.GetString(6),
            ExpiresAt = Instant(row, 7),
            LastUsedAt = Instant(row, 8),
            RevokedAt = Instant(row, 9),
            Rights = row.GetText(10) is { } rights ? StorageJson.Read<CallerRights>(rights) : null,
        };

    /// <summary>What is wrong with a key does not keep it from being revoked.</summary>
    private ApiKey ReadRevoked(DbDataReader row) =>
        database.Damaged.ReadOrTell(Rows.Read, row)
        ?? new()
        {
            Id = row.GetString(0),
            Name = "(not readable)",
            Role = AccessRole.ReadOnly,
            CreatedAt = default,
            CreatedBy = "",
            RevokedAt = row.GetInstant(9),
        };

    private static DateTimeOffset? Instant(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInstant(column);
}
