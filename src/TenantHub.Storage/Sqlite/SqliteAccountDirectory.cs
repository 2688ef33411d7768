using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using TenantHub.Accounts;

namespace TenantHub.Storage.Sqlite;

/// <summary>The list of accounts in SQLite: the columns that are filtered by, and the description as JSON.</summary>
internal sealed class SqliteAccountDirectory(SqliteDatabase database) : IAccountDirectory
{
    private const string Upsert = """
        INSERT INTO accounts(id, revision, origin_owner_id, status, created_at, description) VALUES($id, $revision, $owner, $status, $created, $description)
        ON CONFLICT(id) DO UPDATE SET revision = excluded.revision, origin_owner_id = excluded.origin_owner_id, status = excluded.status,
            description = excluded.description
        WHERE excluded.revision > accounts.revision
        """;

    public Task UpsertAsync(AccountDescription account, CancellationToken cancellationToken = default) => database.WriteAsync(async connection =>
    {
        await using var command = new SqliteCommand(Upsert, connection);
        command.Parameters.AddWithValue("$id", account.Id);
        command.Parameters.AddWithValue("$revision", account.Revision);
        command.Parameters.AddWithValue("$owner", account.OriginOwnerId);
        command.Parameters.AddWithValue("$status", WireName.Of(account.Status));
        command.Parameters.AddWithValue("$created", account.CreatedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        command.Parameters.AddWithValue("$description", JsonSerializer.SerializeToUtf8Bytes(account));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }, cancellationToken);

    public Task<IReadOnlyList<AccountDescription>> ListAsync(AccountFilter filter, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        await using var command = new SqliteCommand { Connection = connection };
        var where = new StringBuilder();
        if (filter.Statuses.Count > 0) AddIn(command, where, "status", [.. filter.Statuses.Select(status => WireName.Of(status))]);
        else where.Append(" AND status <> 'unlinked'");
        AddIn(command, where, "origin_owner_id", filter.OriginOwnerIds);
        AddIn(command, where, "id", filter.AccountIds);
        command.Parameters.AddWithValue("$limit", filter.PageSize);
        command.Parameters.AddWithValue("$offset", (long)(filter.Page - 1) * filter.PageSize);
#pragma warning disable CA2100 // Only column and parameter names are put together; every value is a parameter.
        command.CommandText = $"SELECT description FROM accounts WHERE 1=1{where} ORDER BY created_at, id LIMIT $limit OFFSET $offset";
#pragma warning restore CA2100

        var accounts = new List<AccountDescription>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            accounts.Add(JsonSerializer.Deserialize<AccountDescription>(await rows.GetFieldValueAsync<byte[]>(0, cancellationToken))!);
        return (IReadOnlyList<AccountDescription>)accounts;
    }, cancellationToken);

    private static void AddIn(SqliteCommand command, StringBuilder where, string column, IReadOnlyList<string> values)
    {
        if (values.Count == 0) return;
        where.Append(CultureInfo.InvariantCulture, $" AND {column} IN (");
        for (var i = 0; i < values.Count; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"${column}{i}");
            where.Append(i == 0 ? "" : ",").Append(name);
            command.Parameters.AddWithValue(name, values[i]);
        }

        where.Append(')');
    }
}
