using System.Globalization;
using System.Text.Json;
using TenantHub.Accounts;

namespace TenantHub.Storage.Sqlite;

/// <summary>The list of accounts in SQLite: the columns that are filtered by, and the description as JSON.</summary>
internal sealed class SqliteAccountDirectory(SqliteDatabase database) : IAccountDirectory
{
    private const string Upsert = """
        INSERT INTO accounts(id, origin_owner_id, status, created_at, revision, description)
        VALUES($id, $owner, $status, $created, $revision, $description)
        ON CONFLICT(id) DO UPDATE SET origin_owner_id = excluded.origin_owner_id, status = excluded.status, created_at = excluded.created_at,
            revision = excluded.revision, description = excluded.description
        WHERE excluded.revision > accounts.revision
        """;

    public async Task UpsertAsync(AccountDescription account, CancellationToken cancellationToken = default)
    {
        var description = JsonSerializer.SerializeToUtf8Bytes(account, StorageJson.Plain);
        await database.WriteAsync(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = Upsert;
            command.Parameters.AddWithValue("$id", account.Id);
            command.Parameters.AddWithValue("$owner", account.OriginOwnerId);
            command.Parameters.AddWithValue("$status", WireName.Of(account.Status));
            command.Parameters.AddWithValue("$created", account.CreatedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)); // Sorts as text.
            command.Parameters.AddWithValue("$revision", account.Revision);
            command.Parameters.AddWithValue("$description", description);
            return command.ExecuteNonQuery();
        }, cancellationToken);
    }

    public Task<IReadOnlyList<AccountDescription>> ListAsync(AccountFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(filter.Page, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(filter.PageSize, 1);
        return database.ReadAsync<IReadOnlyList<AccountDescription>>(connection =>
        {
            using var command = AccountQuery.Create(connection, filter);
            using var rows = command.ExecuteReader();
            var accounts = new List<AccountDescription>();
            while (rows.Read())
            {
                cancellationToken.ThrowIfCancellationRequested();
                accounts.Add(Describe(rows.GetString(0), rows.GetFieldValue<byte[]>(1)));
            }

            return accounts;
        }, cancellationToken);
    }

    private static AccountDescription Describe(string id, byte[] description)
    {
        try
        {
            return JsonSerializer.Deserialize<AccountDescription>(description, StorageJson.Plain)!;
        }
        catch (JsonException exception)
        {
            throw new StorageException($"The directory's row of account {id} is not readable. Delete it from table accounts; the account writes it again when it is next used.", exception);
        }
    }
}
