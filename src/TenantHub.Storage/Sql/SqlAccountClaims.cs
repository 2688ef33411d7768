using System.Data.Common;
using TenantHub.Accounts;

namespace TenantHub.Storage.Sql;

/// <summary>Whose an Autodesk account is, a row for each owner. That one of them holds it is the database's rule (index
/// account_claims_holder).</summary>
internal sealed class SqlAccountClaims(ISqlDatabase database, TimeProvider clock) : IAccountClaims
{
    /// <summary>How long a holder may have no linked account: longer than linking takes.</summary>
    private static readonly TimeSpan LinkingTime = TimeSpan.FromMinutes(10);

    private static readonly RowFormat<AccountClaim> Rows = new(
        "account_claims",
        Read,
        "It is a claim of that client id. Restore it from a backup, or start the newer TenantHub that wrote it."
    );

    private const string Of = "client_id = @client AND acc_account_id = @account";
    private const string Mine = Of + " AND owner_id = @owner";
    private const string HeldByNobody =
        "NOT EXISTS (SELECT 1 FROM account_claims held WHERE held.client_id = @client AND held.acc_account_id = @account AND held.state = 'holder')";

    // What a holder has linked stands in the directory; a link that never came about leaves a claim with nothing behind it.
    private const string LinksNothing = """
        NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.origin_owner_id = account_claims.owner_id
            AND accounts.acc_account_id = account_claims.acc_account_id AND accounts.client_id = account_claims.client_id AND accounts.status <> 'unlinked')
        """;

    private const string DeleteForsaken =
        $"DELETE FROM account_claims WHERE {Of} AND owner_id <> @owner AND state = 'holder' AND since < @stale AND {LinksNothing}";
    private const string Promote = $"""
        UPDATE account_claims SET state = 'holder' WHERE {Of} AND {HeldByNobody} AND owner_id =
            (SELECT next.owner_id FROM account_claims next WHERE next.client_id = @client AND next.acc_account_id = @account
                AND next.state IN ('shared', 'unresolved') ORDER BY next.since, next.owner_id LIMIT 1)
        """;
    private const string HoldAfterRefusal =
        $"UPDATE account_claims SET state = 'holder', since = @now WHERE {Mine} AND state = 'refused' AND {HeldByNobody}";
    private const string Hold =
        "INSERT INTO account_claims(client_id, acc_account_id, owner_id, owner_name, state, since) VALUES(@client, @account, @owner, @name, 'holder', @now) ON CONFLICT DO NOTHING";

    // A holder who links anew has as much time for it as the first time.
    private const string HoldOn = $"UPDATE account_claims SET since = @now WHERE {Mine} AND state = 'holder' AND {LinksNothing}";
    private const string Decide = """
        INSERT INTO account_claims(client_id, acc_account_id, owner_id, owner_name, state, since) VALUES(@client, @account, @owner, @name, @state, @now)
        ON CONFLICT(client_id, acc_account_id, owner_id) DO UPDATE SET state = excluded.state, owner_name = excluded.owner_name
        """;

    public Task<bool> ClaimAsync(AutodeskAccount account, string ownerId, string ownerName, bool mayShare) =>
        database.WriteAsync(
            async (connection, cancellation) =>
            {
                var now = clock.GetUtcNow();
                (string, object?)[] row = [.. Row(account, ownerId), ("@name", ownerName), ("@now", now.Text())];
                await connection.ExecuteAsync(
                    DeleteForsaken,
                    cancellation,
                    [.. Row(account, ownerId), ("@stale", (now - LinkingTime).Text())]
                );
                await connection.ExecuteAsync(Promote, cancellation, Row(account));
                await connection.ExecuteAsync(HoldAfterRefusal, cancellation, [.. Row(account, ownerId), ("@now", now.Text())]);
                if (await connection.ExecuteAsync(Hold, cancellation, row) == 0)
                    await connection.ExecuteAsync(HoldOn, cancellation, [.. Row(account, ownerId), ("@now", now.Text())]);
                if (await StateAsync(connection, account, ownerId, cancellation) is { } state and not ClaimState.Refused)
                    return true;
                await connection.ExecuteAsync(
                    Decide,
                    cancellation,
                    [.. row, ("@state", WireName.Of(mayShare ? ClaimState.Shared : ClaimState.Refused))]
                );
                return mayShare;
            }
        );

    public Task ReleaseAsync(AutodeskAccount account, string ownerId, bool keepsApproval = false) =>
        database.WriteAsync(
            async (connection, cancellation) =>
            {
                await connection.ExecuteAsync(
                    $"DELETE FROM account_claims WHERE {Mine} AND {LinksNothing}{(keepsApproval ? " AND state = 'holder'" : "")}",
                    cancellation,
                    Row(account, ownerId)
                );
                return await connection.ExecuteAsync(Promote, cancellation, Row(account));
            }
        );

    public async Task<IReadOnlyList<AccountClaim>> ListConflictsAsync(CancellationToken cancellationToken = default) =>
        await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    """
                    SELECT client_id, acc_account_id, owner_id, owner_name, state, since FROM account_claims
                    WHERE (client_id, acc_account_id) IN (SELECT client_id, acc_account_id FROM account_claims WHERE state <> 'holder')
                    ORDER BY client_id, acc_account_id, since, owner_id LIMIT @limit
                    """,
                    Rows,
                    database.Damaged,
                    1000,
                    cancellation
                ),
            cancellationToken
        );

    public async Task<IReadOnlySet<AutodeskAccount>> FindContestedAsync(
        IEnumerable<AutodeskAccount> accounts,
        CancellationToken cancellationToken = default
    )
    {
        var ids = accounts
            .Select(account => account.AccAccountId)
            .Distinct()
            .Select((id, i) => (Name: $"@account{i}", Value: (object?)id))
            .ToArray();
        if (ids.Length == 0)
            return new HashSet<AutodeskAccount>();
        var contested = await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    $"SELECT client_id, acc_account_id FROM account_claims WHERE state <> 'holder' AND acc_account_id IN ({string.Join(',', ids.Select(id => id.Name))})",
                    row => new AutodeskAccount(row.GetString(0), row.GetString(1)),
                    cancellation,
                    ids
                ),
            cancellationToken
        );
        return contested.ToHashSet();
    }

    public async Task<bool> IsClientKnownAsync(string clientId, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(
            async (connection, cancellation) =>
                await connection.FirstAsync(
                    "SELECT 1 FROM account_claims WHERE client_id = @client LIMIT 1",
                    _ => "known",
                    cancellation,
                    ("@client", clientId)
                )
                    is not null,
            cancellationToken
        );

    public async Task<bool> ApproveAsync(AutodeskAccount account, string ownerId) =>
        await database.WriteAsync(
            async (connection, cancellation) =>
                await connection.ExecuteAsync(
                    $"UPDATE account_claims SET state = 'shared' WHERE {Mine} AND state IN ('refused', 'unresolved', 'shared')",
                    cancellation,
                    Row(account, ownerId)
                ) == 1
        );

    public async Task<bool> DismissAsync(AutodeskAccount account, string ownerId) =>
        await database.WriteAsync(
            async (connection, cancellation) =>
                await connection.ExecuteAsync(
                    $"DELETE FROM account_claims WHERE {Mine} AND state = 'refused'",
                    cancellation,
                    Row(account, ownerId)
                ) == 1
        );

    private static async Task<ClaimState?> StateAsync(
        DbConnection connection,
        AutodeskAccount account,
        string ownerId,
        CancellationToken cancellationToken
    ) =>
        await connection.FirstAsync(
            $"SELECT state FROM account_claims WHERE {Mine}",
            row => row.GetString(0),
            cancellationToken,
            Row(account, ownerId)
        )
            is { } state
            ? StateOf(state)
            : null;

    private static AccountClaim Read(DbDataReader row) =>
        new(new(row.GetString(0), row.GetString(1)), row.GetString(2), row.GetString(3), StateOf(row.GetString(4)), row.GetInstant(5));

    private static ClaimState StateOf(string name) =>
        WireName.TryParse<ClaimState>(name, out var state) ? state : throw new FormatException();

    private static (string, object?)[] Row(AutodeskAccount account) => [("@client", account.ClientId), ("@account", account.AccAccountId)];

    private static (string, object?)[] Row(AutodeskAccount account, string ownerId) => [.. Row(account), ("@owner", ownerId)];
}
