using System.Text.Json;
using TenantHub.Accounts;

namespace TenantHub.Storage.Sql;

/// <summary>The list of accounts: the columns that are filtered by, and the description as JSON.</summary>
internal sealed class SqlAccountDirectory(IHubDatabase database) : IAccountDirectory
{
    private const string Upsert = """
        INSERT INTO accounts(id, origin_owner_id, profile_id, acc_account_id, status, created_at, revision, description)
        VALUES(@id, @owner, @profile, @target, @status, @created, @revision, @description)
        ON CONFLICT(id) DO UPDATE SET origin_owner_id = excluded.origin_owner_id, profile_id = excluded.profile_id,
            acc_account_id = excluded.acc_account_id, status = excluded.status, created_at = excluded.created_at, revision = excluded.revision, description = excluded.description
        WHERE excluded.revision > accounts.revision
        """;

    public async Task UpsertAsync(AccountDescription account, CancellationToken cancellationToken = default)
    {
        var description = JsonSerializer.SerializeToUtf8Bytes(account, StorageJson.Plain);
        await database.WriteAsync(
            (connection, cancellation) => connection.ExecuteAsync(
                Upsert, cancellation,
                ("@id", account.Id), ("@owner", account.OriginOwnerId), ("@profile", account.ProfileId), ("@target", account.AccAccountId), ("@status", WireName.Of(account.Status)),
                ("@created", account.CreatedAt.Text()), ("@revision", account.Revision), ("@description", description)),
            cancellationToken);
    }

    public async Task<IReadOnlyList<AccountDescription>> ListAsync(AccountFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(filter.Page, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(filter.PageSize, 1);
        var (sql, parameters) = AccountQuery.Create(filter);
        return await database.ReadAsync(
            (connection, cancellation) => connection.QueryAsync(sql, row => Describe(row.GetString(0), row.GetFieldValue<byte[]>(1)), cancellation, parameters),
            cancellationToken);
    }

    public async Task<long> CountAsync(AccountFilter filter, CancellationToken cancellationToken = default)
    {
        var (sql, parameters) = AccountQuery.Count(filter);
        return await database.ReadAsync((connection, cancellation) => connection.FirstAsync(sql, row => row.GetInt64(0), cancellation, parameters), cancellationToken);
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
