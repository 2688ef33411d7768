using System.Globalization;
using TenantHub.Accounts;

namespace TenantHub.Storage.Sql;

/// <summary>What belongs to which account, a row for each thing. That a bucket or a webhook has one holder is the database's rule (index
/// holdings_single).</summary>
internal sealed class SqlAccountHoldings(ISqlDatabase database, TimeProvider clock) : IAccountHoldings
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);

    private const string Insert =
        "INSERT INTO holdings(client_id, kind, thing, account_id, expires_at) VALUES(@client, @kind, @thing, @account, @expires)";
    private const string InsertOrRenew =
        Insert + " ON CONFLICT(client_id, kind, thing, account_id) DO UPDATE SET expires_at = excluded.expires_at";
    private const string InsertIfFree = Insert + " ON CONFLICT DO NOTHING";
    private const string DeleteOthers =
        "DELETE FROM holdings WHERE client_id = @client AND kind = @kind AND thing = @thing AND account_id <> @account";
    private const string Delete =
        "DELETE FROM holdings WHERE client_id = @client AND kind = @kind AND thing = @thing AND account_id = @account";

    private const string IsLasting = "kind IN ('bucket', 'webhook')"; // As the index holdings_single.

    private long _prunedAt;

    public Task<IReadOnlySet<string>> FindAsync(
        Holder holder,
        HoldingKind kind,
        IReadOnlyCollection<string> things,
        CancellationToken cancellationToken = default
    ) =>
        FindAsync(
            "account_id = @account AND (expires_at IS NULL OR expires_at > @now)",
            holder,
            kind,
            things,
            [("@now", clock.GetUtcNow().Text())],
            cancellationToken
        );

    public Task<IReadOnlySet<string>> FindHeldOutsideAsync(
        Holder holder,
        HoldingKind kind,
        IReadOnlyCollection<string> things,
        string profileId,
        CancellationToken cancellationToken = default
    ) =>
        FindAsync(
            """
            account_id <> @account AND NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.id = holdings.account_id
                AND accounts.profile_id = @profile AND accounts.profile_id <> '' AND accounts.status <> 'unlinked')
            """,
            holder,
            kind,
            things,
            [("@profile", profileId)],
            cancellationToken
        );

    private async Task<IReadOnlySet<string>> FindAsync(
        string who,
        Holder holder,
        HoldingKind kind,
        IReadOnlyCollection<string> things,
        (string, object?)[] more,
        CancellationToken cancellationToken
    )
    {
        if (things.Count == 0)
            return new HashSet<string>();
        var names = things
            .Select((thing, i) => (Name: string.Create(CultureInfo.InvariantCulture, $"@t{i}"), Value: (object?)thing))
            .ToList();
        var sql = $"""
            SELECT thing FROM holdings WHERE client_id = @client AND kind = @kind
            AND thing {(names.Count == 1 ? "= @t0" : $"IN ({string.Join(',', names.Select(name => name.Name))})")} AND {who}
            """;
        (string, object?)[] parameters =
        [
            ("@client", holder.ClientId),
            ("@kind", WireName.Of(kind)),
            ("@account", holder.AccountId),
            .. more,
            .. names,
        ];
        var found = await database.ReadAsync(
            (connection, cancellation) => connection.QueryAsync(sql, row => row.GetString(0), cancellation, parameters),
            cancellationToken
        );
        return found.ToHashSet(StringComparer.Ordinal);
    }

    public async Task RecordAsync(Holder holder, HoldingKind kind, string thing)
    {
        await PruneAsync();
        await database.WriteAsync(
            async (connection, cancellation) =>
            {
                if (HasOneHolder(kind))
                    await connection.ExecuteAsync(DeleteOthers, cancellation, Row(holder, kind, thing));
                return await connection.ExecuteAsync(
                    InsertOrRenew,
                    cancellation,
                    [.. Row(holder, kind, thing), ("@expires", Expiry(kind))]
                );
            }
        );
    }

    public async Task<bool> TryRecordAsync(Holder holder, HoldingKind kind, string thing)
    {
        var inserted = await database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(InsertIfFree, cancellation, [.. Row(holder, kind, thing), ("@expires", Expiry(kind))])
        );
        return inserted == 1 || (await FindAsync(holder, kind, [thing])).Count == 1;
    }

    public Task ForgetAsync(Holder holder, HoldingKind kind, string thing) =>
        database.WriteAsync((connection, cancellation) => connection.ExecuteAsync(Delete, cancellation, Row(holder, kind, thing)));

    public async Task<IReadOnlyList<Holding>> ListLastingAsync(string accountId, int most) =>
        await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    $"SELECT kind, thing FROM holdings WHERE account_id = @account AND {IsLasting} ORDER BY kind, thing LIMIT @most",
                    row => new Holding(
                        row.GetString(0) == WireName.Of(HoldingKind.Bucket) ? HoldingKind.Bucket : HoldingKind.Webhook,
                        row.GetString(1)
                    ),
                    cancellation,
                    ("@account", accountId),
                    ("@most", (long)most)
                )
        );

    public Task ForgetPassingAsync(string accountId) =>
        database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    $"DELETE FROM holdings WHERE account_id = @account AND NOT ({IsLasting})",
                    cancellation,
                    ("@account", accountId)
                )
        );

    public Task<int> TakeBackAsync(Holder holder, string ownerId, string accAccountId) =>
        database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    $"""
                    UPDATE holdings SET account_id = @account WHERE client_id = @client AND {IsLasting} AND account_id IN (
                        SELECT id FROM accounts WHERE origin_owner_id = @owner AND acc_account_id = @autodesk AND status = 'unlinked')
                    """,
                    cancellation,
                    ("@account", holder.AccountId),
                    ("@client", holder.ClientId),
                    ("@owner", ownerId),
                    ("@autodesk", accAccountId)
                )
        );

    public Task<string?> FindHolderAsync(string clientId, HoldingKind kind, string thing) =>
        database.ReadAsync(
            (connection, cancellation) =>
                connection.FirstAsync(
                    "SELECT account_id FROM holdings WHERE client_id = @client AND kind = @kind AND thing = @thing",
                    row => row.GetString(0),
                    cancellation,
                    ("@client", clientId),
                    ("@kind", WireName.Of(kind)),
                    ("@thing", thing)
                )
        );

    /// <summary>Apart from the write that it goes before, so that silos which delete the same rows at once cannot lock each other's new
    /// ones.</summary>
    private async Task PruneAsync()
    {
        var last = Volatile.Read(ref _prunedAt);
        if (last != 0 && clock.GetElapsedTime(last) < PruneEvery)
            return;
        if (Interlocked.CompareExchange(ref _prunedAt, clock.GetTimestamp(), last) != last)
            return;
        await database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync("DELETE FROM holdings WHERE expires_at <= @now", cancellation, ("@now", clock.GetUtcNow().Text()))
        );
    }

    private string? Expiry(HoldingKind kind) => HasOneHolder(kind) ? null : (clock.GetUtcNow() + Kept).Text();

    private static bool HasOneHolder(HoldingKind kind) => kind is HoldingKind.Bucket or HoldingKind.Webhook;

    private static (string, object?)[] Row(Holder holder, HoldingKind kind, string thing) =>
        [("@client", holder.ClientId), ("@kind", WireName.Of(kind)), ("@thing", thing), ("@account", holder.AccountId)];
}
