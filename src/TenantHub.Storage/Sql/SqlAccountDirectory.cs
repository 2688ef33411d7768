using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using TenantHub.Accounts;

namespace TenantHub.Storage.Sql;

/// <summary>The list of accounts: the columns that are filtered by, and the description as JSON.</summary>
internal sealed partial class SqlAccountDirectory(ISqlDatabase database) : IAccountDirectory
{
    internal const string Columns =
        "id, description, revision, origin_owner_id, profile_id, client_id, acc_account_id, region, status, status_since, created_at";

    private const string Insert =
        "INSERT INTO accounts(id, origin_owner_id, status, created_at, revision, description, search, profile_id, acc_account_id, region, status_since, client_id) VALUES ";

    // The row of the same revision is replaced too when it differs: by hand, by a defect, or because a newer TenantHub describes more.
    private const string Upsert = """

        ON CONFLICT(id) DO UPDATE SET origin_owner_id = excluded.origin_owner_id, status = excluded.status, created_at = excluded.created_at,
            revision = excluded.revision, description = excluded.description, search = excluded.search, profile_id = excluded.profile_id,
            acc_account_id = excluded.acc_account_id, region = excluded.region, status_since = excluded.status_since,
            client_id = excluded.client_id
        WHERE excluded.revision > accounts.revision OR (excluded.revision = accounts.revision
            AND (excluded.origin_owner_id, excluded.status, excluded.created_at, excluded.description, excluded.search, excluded.profile_id, excluded.acc_account_id, excluded.region, excluded.status_since, excluded.client_id)
                <> (accounts.origin_owner_id, accounts.status, accounts.created_at, accounts.description, accounts.search, accounts.profile_id, accounts.acc_account_id, accounts.region, accounts.status_since, accounts.client_id))
        """;

    private const string Remedy = "Rebuild the list of accounts with POST /accounts/rebuild.";

    private static readonly RowFormat<AccountDescription> Descriptions = new(
        "accounts",
        row => StorageJson.Read<AccountDescription>(row.GetFieldValue<byte[]>(1)),
        Remedy
    );

    private RowFormat<AccountDescription> Rows => new("accounts", Describe, Remedy);

    public Task UpsertAsync(AccountDescription account, CancellationToken cancellationToken = default) =>
        database.WriteAsync((connection, cancellation) => UpsertAsync(connection, [account], cancellation), cancellationToken);

    public async Task<IReadOnlyList<AccountDescription>> ListAsync(AccountFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(filter.Page, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(filter.PageSize, 1);
        var (sql, parameters) = AccountQuery.Create(filter);
        return await database.ReadAsync(
            (connection, cancellation) => connection.QueryAsync(sql, Rows, database.Damaged, filter.PageSize, cancellation, parameters),
            cancellationToken
        );
    }

    public async Task<long> CountAsync(AccountFilter filter, CancellationToken cancellationToken = default)
    {
        var (sql, parameters) = AccountQuery.Count(filter);
        return await database.ReadAsync(
            (connection, cancellation) => connection.FirstAsync(sql, row => row.GetInt64(0), cancellation, parameters),
            cancellationToken
        );
    }

    /// <summary>One statement for any number of accounts; gives how many rows it made or changed.</summary>
    private static Task<int> UpsertAsync(
        DbConnection connection,
        IReadOnlyList<AccountDescription> accounts,
        CancellationToken cancellationToken
    )
    {
        var rows = accounts.Select(
            (_, i) =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"(@id{i}, @owner{i}, @status{i}, @created{i}, @revision{i}, @description{i}, @search{i}, @profile{i}, @target{i}, @region{i}, @since{i}, @client{i})"
                )
        );
        (string Name, object? Value)[] parameters =
        [
            .. accounts.SelectMany(
                (account, i) =>
                    new (string Name, object? Value)[]
                    {
                        ($"@id{i}", account.Id),
                        ($"@owner{i}", account.OriginOwnerId),
                        ($"@status{i}", WireName.Of(account.Status)),
                        ($"@created{i}", account.CreatedAt.Text()),
                        ($"@revision{i}", account.Revision),
                        ($"@description{i}", JsonSerializer.SerializeToUtf8Bytes(account, StorageJson.Plain)),
                        ($"@search{i}", AccountQuery.SearchText(account)),
                        ($"@profile{i}", account.ProfileId ?? ""),
                        ($"@target{i}", account.AccAccountId),
                        ($"@region{i}", account.Region),
                        ($"@since{i}", account.StatusSince.Text()),
                        ($"@client{i}", account.ClientId),
                    }
            ),
        ];
        return connection.ExecuteAsync(Insert + string.Join(", ", rows) + Upsert, cancellationToken, parameters);
    }

    private AccountDescription Describe(DbDataReader row) => database.Damaged.ReadOrTell(Descriptions.Read, row) ?? FromColumns(row);

    /// <summary>An account whose description is damaged is listed with what else the directory knows.</summary>
    private static AccountDescription FromColumns(DbDataReader row) =>
        new()
        {
            Id = row.GetString(0),
            Revision = row.GetInt64(2),
            OriginOwnerId = row.GetString(3),
            OriginOwnerName = row.GetString(3),
            ProfileId = row.GetString(4) is { Length: > 0 } profile ? profile : null,
            ClientId = row.GetString(5),
            AccAccountId = row.GetString(6),
            Region = row.GetString(7),
            Type = "production",
            Status = WireName.TryParse<AccountStatus>(row.GetString(8), out var status) ? status : throw new FormatException(),
            Reason = "listing_damaged",
            StatusSince = row.GetInstant(9),
            NextStep = Remedy,
            CreatedAt = row.GetInstant(10),
            UpdatedAt = row.GetInstant(9),
        };
}
