using System.Text.Json;
using TenantHub.Transfers;

namespace TenantHub.Storage.Sql;

/// <summary>The list of uploads, each as JSON, and their parts.</summary>
internal sealed class SqlUploadLedger(ISqlDatabase database) : IUploadLedger
{
    private const string UpsertUpload = """
        INSERT INTO uploads(account_id, id, created_at, status, description) VALUES(@account, @id, @created, @status, @description)
        ON CONFLICT(account_id, id) DO UPDATE
        SET created_at = excluded.created_at, status = excluded.status, description = excluded.description
        """;

    private const string UpsertPart = """
        INSERT INTO upload_parts(upload_key, number, size, md5, tries, stored_at) VALUES(@key, @number, @size, @md5, @tries, @stored)
        ON CONFLICT(upload_key, number) DO UPDATE
        SET size = excluded.size, md5 = excluded.md5, tries = excluded.tries, stored_at = excluded.stored_at
        """;

    private static readonly RowFormat<UploadDescription> Rows = new(
        "uploads",
        row => StorageJson.Read<UploadDescription>(row.GetFieldValue<byte[]>(1)),
        "The list gets it back with the upload's next step; one that is over may be deleted."
    );

    public async Task<IReadOnlyList<UploadPart>> ReadPartsAsync(string key) =>
        await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    "SELECT number, size, md5, tries, stored_at FROM upload_parts WHERE upload_key = @key ORDER BY number",
                    row => new UploadPart((int)row.GetInt64(0), row.GetInt64(1), row.GetString(2), (int)row.GetInt64(3), row.GetInstant(4)),
                    cancellation,
                    ("@key", key)
                )
        );

    public Task RecordPartAsync(string key, UploadPart part) =>
        database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    UpsertPart,
                    cancellation,
                    ("@key", key),
                    ("@number", (long)part.Number),
                    ("@size", part.Size),
                    ("@md5", part.Md5),
                    ("@tries", (long)part.Tries),
                    ("@stored", part.StoredAt.Text())
                )
        );

    public Task ForgetPartsAsync(string key) =>
        database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync("DELETE FROM upload_parts WHERE upload_key = @key", cancellation, ("@key", key))
        );

    public Task UpsertAsync(UploadDescription upload)
    {
        var description = JsonSerializer.SerializeToUtf8Bytes(upload, StorageJson.Plain);
        return database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    UpsertUpload,
                    cancellation,
                    ("@account", upload.AccountId),
                    ("@id", upload.Id),
                    ("@created", upload.CreatedAt.Text()),
                    ("@status", WireName.Of(upload.Status)),
                    ("@description", description)
                )
        );
    }

    public async Task<IReadOnlyList<UploadDescription>> ListAsync(
        string accountId,
        UploadCursor? before,
        int limit,
        CancellationToken cancellationToken = default
    )
    {
        (string Name, object? Value)[] parameters = [("@account", accountId)];
        if (before is { } cursor)
            parameters = [.. parameters, ("@at", cursor.CreatedAt.Text()), ("@id", cursor.Id)];
        var rows = before is null ? "" : " AND (created_at, id) < (@at, @id)";
        return await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    $"SELECT id, description FROM uploads WHERE account_id = @account{rows} ORDER BY created_at DESC, id DESC LIMIT @limit",
                    Rows,
                    database.Damaged,
                    limit,
                    cancellation,
                    parameters
                ),
            cancellationToken
        );
    }
}
