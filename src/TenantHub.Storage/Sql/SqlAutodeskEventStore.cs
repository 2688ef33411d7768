using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using TenantHub.Events;

namespace TenantHub.Storage.Sql;

/// <summary>
/// Callbacks, and the feed of each account, sealed each for its own account. Who appends locks the account's row of
/// <c>autodesk_feeds</c> first, so a sequence is seen only after all that come before it.
/// </summary>
internal sealed class SqlAutodeskEventStore(
    ISqlDatabase database,
    SqlEventDeliveryStore outbox,
    IDataProtectionProvider protection,
    TimeProvider clock
) : IAutodeskEventStore
{
    private const string Purpose = "TenantHub.AutodeskEvent.v1";
    private const int DeletedAtOnce = 1000;

    private static readonly JsonBytes Dropped = JsonBytes.Parse("null");

    private const string Receive = """
        INSERT INTO autodesk_callbacks(id, account_id, hook, received_at, due_at, content)
        VALUES(@id, @account, @hook, @at, @at, @content)
        """;

    private const string Due = """
        SELECT id, hook, received_at, content FROM autodesk_callbacks WHERE account_id = @account AND due_at <= @now
        ORDER BY received_at, id LIMIT @limit
        """;

    private const string Behind = """
        SELECT account_id FROM (
            SELECT DISTINCT account_id FROM autodesk_callbacks WHERE due_at <= @before
            UNION SELECT account_id FROM autodesk_feeds
                WHERE handed_over < last_sequence AND (held_until IS NULL OR held_until <= @before)) behind
        LIMIT @limit
        """;

    private const string LockFeed = """
        INSERT INTO autodesk_feeds(account_id, last_sequence, handed_over) VALUES(@account, 0, 0)
        ON CONFLICT(account_id) DO UPDATE SET last_sequence = autodesk_feeds.last_sequence RETURNING last_sequence
        """;

    private const string Insert = """
        INSERT INTO autodesk_events(account_id, sequence, fingerprint, change, received_at, content, payload)
        VALUES(@account, @sequence, @fingerprint, @change, @at, @content, @payload) ON CONFLICT(account_id, fingerprint) DO NOTHING
        """;

    // A recovered event has no fingerprint of Autodesk's content: the name of its change stands there until Autodesk tells it.
    private const string Join = """
        UPDATE autodesk_events SET fingerprint = @fingerprint WHERE account_id = @account AND fingerprint = @change
        AND NOT EXISTS (SELECT 1 FROM autodesk_events told WHERE told.account_id = @account AND told.fingerprint = @fingerprint)
        """;

    private const string IsTold = "SELECT 1 FROM autodesk_events WHERE account_id = @account AND change = @change LIMIT 1";
    private const string Advance = "UPDATE autodesk_feeds SET last_sequence = @last WHERE account_id = @account";
    private const string HandOver =
        "UPDATE autodesk_feeds SET handed_over = @through, held_until = NULL WHERE account_id = @account AND handed_over < @through";

    private const string List = """
        SELECT sequence, content, payload FROM autodesk_events WHERE account_id = @account AND sequence > @after ORDER BY sequence LIMIT @limit
        """;

    private const string Describe = """
        SELECT last_sequence, handed_over,
            coalesce((SELECT min(sequence) FROM autodesk_events WHERE account_id = @account), last_sequence + 1)
        FROM autodesk_feeds WHERE account_id = @account
        """;

    public Task ReceiveAsync(AutodeskCallback callback, CancellationToken cancellationToken = default)
    {
        var content = Seal(callback.AccountId, new StoredCallback(callback.Headers, callback.Body));
        return database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    Receive,
                    cancellation,
                    ("@id", callback.Id),
                    ("@account", callback.AccountId),
                    ("@hook", callback.Hook),
                    ("@at", callback.ReceivedAt.Text()),
                    ("@content", content)
                ),
            cancellationToken
        );
    }

    public async Task<IReadOnlyList<AutodeskCallback>> ListDueAsync(string accountId, int limit) =>
        await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    Due,
                    Callbacks(accountId),
                    database.Damaged,
                    limit,
                    cancellation,
                    ("@account", accountId),
                    ("@now", clock.GetUtcNow().Text())
                )
        );

    public async Task<IReadOnlyList<string>> ListBehindAsync(
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken = default
    ) =>
        await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(Behind, row => row.GetString(0), cancellation, ("@before", before.Text()), ("@limit", (long)limit)),
            cancellationToken
        );

    public Task PutOffAsync(IReadOnlyList<string> callbackIds, DateTimeOffset until) =>
        database.WriteInBackgroundAsync(
            async (connection, cancellation) =>
            {
                foreach (var id in callbackIds)
                {
                    await connection.ExecuteAsync(
                        "UPDATE autodesk_callbacks SET due_at = @until WHERE id = @id",
                        cancellation,
                        ("@id", id),
                        ("@until", until.Text())
                    );
                }

                return callbackIds.Count;
            }
        );

    public Task<IReadOnlyList<AutodeskEvent>> AppendAsync(
        string accountId,
        IReadOnlyList<AutodeskEvent> events,
        IReadOnlyList<string> judged
    )
    {
        var contents = events
            .Select(told =>
                (
                    Seal(accountId, told with { Sequence = 0, Payload = Dropped }),
                    protection.CreateProtector(Purpose, accountId).Protect(told.Payload.Span.ToArray())
                )
            )
            .ToList();
        return database.WriteAsync<IReadOnlyList<AutodeskEvent>>(
            async (connection, cancellation) =>
            {
                var added = new List<AutodeskEvent>(events.Count);
                var first = await connection.FirstAsync(LockFeed, row => row.GetInt64(0), cancellation, ("@account", accountId));
                for (var i = 0; i < events.Count; i++)
                {
                    var told = events[i] with { Sequence = first + added.Count + 1 };
                    if (await AppendAsync(connection, accountId, told, contents[i], cancellation))
                        added.Add(told);
                }

                if (added.Count > 0)
                    await connection.ExecuteAsync(Advance, cancellation, ("@account", accountId), ("@last", added[^1].Sequence));
                foreach (var id in judged)
                    await connection.ExecuteAsync("DELETE FROM autodesk_callbacks WHERE id = @id", cancellation, ("@id", id));
                return added;
            }
        );
    }

    public async Task<IReadOnlyList<AutodeskEvent>> ListAsync(
        string accountId,
        long after,
        int limit,
        CancellationToken cancellationToken = default
    ) =>
        await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    List,
                    Events(accountId),
                    database.Damaged,
                    limit,
                    cancellation,
                    ("@account", accountId),
                    ("@after", after)
                ),
            cancellationToken
        );

    public Task<AutodeskFeed> DescribeAsync(string accountId, CancellationToken cancellationToken = default) =>
        database.ReadAsync(
            async (connection, cancellation) =>
            {
                var waiting = await connection.FirstAsync(
                    "SELECT count(*) FROM autodesk_callbacks WHERE account_id = @account",
                    row => row.GetInt64(0),
                    cancellation,
                    ("@account", accountId)
                );
                var feed = await connection.FirstAsync(
                    Describe,
                    row => new AutodeskFeed(row.GetInt64(2), row.GetInt64(0), row.GetInt64(1), waiting),
                    cancellation,
                    ("@account", accountId)
                );
                return feed.First == 0 ? new AutodeskFeed(1, 0, 0, waiting) : feed;
            },
            cancellationToken
        );

    public Task HandOverAsync(string accountId, long through, IReadOnlyList<DueDelivery> deliveries)
    {
        var rows = outbox.Prepare(deliveries);
        return database.WriteInBackgroundAsync(
            async (connection, cancellation) =>
            {
                await SqlEventDeliveryStore.InsertAsync(connection, rows, cancellation);
                return await connection.ExecuteAsync(HandOver, cancellation, ("@account", accountId), ("@through", through));
            }
        );
    }

    public Task HoldAsync(string accountId, DateTimeOffset until) =>
        database.WriteInBackgroundAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    "UPDATE autodesk_feeds SET held_until = @until WHERE account_id = @account AND handed_over < last_sequence",
                    cancellation,
                    ("@account", accountId),
                    ("@until", until.Text())
                )
        );

    public async Task ForgetAccountAsync(string accountId)
    {
        await ForgetAsync("autodesk_callbacks", "id", accountId);
        await ForgetAsync("autodesk_events", "sequence", accountId);
        await ForgetAsync("event_deliveries", "event_id", accountId, "feed_of");
        await database.WriteInBackgroundAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync("DELETE FROM autodesk_feeds WHERE account_id = @account", cancellation, ("@account", accountId))
        );
    }

    /// <summary>In pieces, so that no other write waits for long.</summary>
    private async Task ForgetAsync(string table, string key, string accountId, string account = "account_id")
    {
        var sql = $"""
            DELETE FROM {table} WHERE {account} = @account AND {key} IN (
                SELECT {key} FROM {table} WHERE {account} = @account LIMIT @most)
            """;
        while (
            await database.WriteInBackgroundAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(sql, cancellation, ("@account", accountId), ("@most", (long)DeletedAtOnce))
            ) == DeletedAtOnce
        ) { }
    }

    private static async Task<bool> AppendAsync(
        DbConnection connection,
        string accountId,
        AutodeskEvent told,
        (byte[] Content, byte[] Payload) sealedAs,
        CancellationToken cancellation
    )
    {
        (string, object?)[] change = [("@account", accountId), ("@change", told.Change)];
        if (told.IsRecovered)
        {
            if (await connection.FirstAsync(IsTold, row => row.GetInt64(0), cancellation, change) != 0)
                return false;
        }
        else if (await connection.ExecuteAsync(Join, cancellation, [.. change, ("@fingerprint", told.Fingerprint)]) > 0)
        {
            return false;
        }

        return await connection.ExecuteAsync(
                Insert,
                cancellation,
                [
                    .. change,
                    ("@sequence", told.Sequence),
                    ("@fingerprint", told.IsRecovered ? told.Change : told.Fingerprint),
                    ("@at", told.ReceivedAt.Text()),
                    ("@content", sealedAs.Content),
                    ("@payload", sealedAs.Payload),
                ]
            ) == 1;
    }

    private byte[] Seal<T>(string accountId, T value) =>
        protection.CreateProtector(Purpose, accountId).Protect(JsonSerializer.SerializeToUtf8Bytes(value, StorageJson.Plain));

    private RowFormat<AutodeskCallback> Callbacks(string accountId) =>
        new(
            "autodesk_callbacks",
            row =>
            {
                var stored = StorageJson.Read<StoredCallback>(Unseal(accountId, row.GetFieldValue<byte[]>(3)));
                return new AutodeskCallback
                {
                    Id = row.GetString(0),
                    AccountId = accountId,
                    Hook = row.GetString(1),
                    ReceivedAt = row.GetInstant(2),
                    Headers = stored.Headers,
                    Body = stored.Body,
                };
            },
            "It waits until it can be judged: restore it from a backup, or delete it, and the change is not told."
        );

    private RowFormat<AutodeskEvent> Events(string accountId) =>
        new(
            "autodesk_events",
            row =>
            {
                var told = StorageJson.Read<AutodeskEvent>(Unseal(accountId, row.GetFieldValue<byte[]>(1)));
                return told with
                {
                    Sequence = row.GetInt64(0),
                    Payload = row.GetBytes(2) is { } payload ? new JsonBytes(Unseal(accountId, payload)) : told.Payload ?? Dropped, // JSON's null is read as none.
                };
            },
            $"It is an event of account {accountId}. Restore it from a backup; until then the account's feed goes on without it."
        );

    private byte[] Unseal(string accountId, byte[] content) => protection.CreateProtector(Purpose, accountId).Unprotect(content);

    /// <summary>What is sealed of a callback.</summary>
    private sealed record StoredCallback(IReadOnlyDictionary<string, string> Headers, byte[] Body);
}
