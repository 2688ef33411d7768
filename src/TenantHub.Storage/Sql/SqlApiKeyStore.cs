using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using TenantHub.Security;

namespace TenantHub.Storage.Sql;

/// <summary>The API keys by hash. Who reads this table can use none of them.</summary>
internal sealed partial class SqlApiKeyStore(ISqlDatabase database, ILogger<SqlApiKeyStore> logger) : IApiKeyStore
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
        [
            .. (
                await database.ReadAsync(
                    (connection, cancellation) =>
                        connection.QueryAsync(
                            List,
                            ReadOrTell,
                            cancellation,
                            ("@limit", (long)pageSize),
                            ("@offset", (page - 1L) * pageSize)
                        ),
                    cancellationToken
                )
            ).OfType<ApiKey>(),
        ];

    public Task<ApiKey?> RevokeAsync(string id, DateTimeOffset at) =>
        database.WriteAsync(
            (connection, cancellation) => connection.FirstAsync(Revoke, Read, cancellation, ("@id", id), ("@at", at.Text()))
        );

    public Task TouchAsync(string id, DateTimeOffset at) =>
        database.WriteAsync((connection, cancellation) => connection.ExecuteAsync(Touch, cancellation, ("@id", id), ("@at", at.Text())));

    private static string Json(IReadOnlyList<string> values) => JsonSerializer.Serialize(values, StorageJson.Plain);

    /// <summary>For the list: one damaged key hides no other one.</summary>
    private ApiKey? ReadOrTell(DbDataReader row)
    {
        try
        {
            return Read(row);
        }
        catch (StorageException fault) when (fault.IsDamage)
        {
            LogLeftOut(row.GetString(0), fault.Message);
            return null;
        }
    }

    private static ApiKey Read(DbDataReader row)
    {
        try
        {
            return new()
            {
                Id = row.GetString(0),
                Name = row.GetString(1),
                Role = WireName.TryParse<AccessRole>(row.GetString(2), out var role)
                    ? role
                    : throw Damaged(row, "has a role that this TenantHub does not know"),
                OriginOwnerIds = JsonSerializer.Deserialize<List<string>>(row.GetString(3), StorageJson.Plain)!,
                ProfileIds = JsonSerializer.Deserialize<List<string>>(row.GetString(4), StorageJson.Plain)!,
                CreatedAt = row.GetInstant(5),
                CreatedBy = row.GetString(6),
                ExpiresAt = Instant(row, 7),
                LastUsedAt = Instant(row, 8),
                RevokedAt = Instant(row, 9),
                Rights = row.GetText(10) is { } rights ? JsonSerializer.Deserialize<CallerRights>(rights, StorageJson.Plain) : null,
            };
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            // The cause is left out: a parser's message may quote what it could not read.
            throw Damaged(row, $"is not readable ({exception.GetType().Name})");
        }
    }

    private static StorageException Damaged(DbDataReader row, string what) =>
        new(
            $"The API key {row.GetString(0)} {what}. It is a row of the table api_keys. Restore it from a backup, start the newer TenantHub that wrote it, or delete the row and make a new key."
        )
        {
            IsDamage = true,
        };

    private static DateTimeOffset? Instant(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInstant(column);

    [LoggerMessage(5601, LogLevel.Error, "The API key {KeyId} is left out of the list of keys, and is refused: {Fault}")]
    private partial void LogLeftOut(string keyId, string fault);
}
