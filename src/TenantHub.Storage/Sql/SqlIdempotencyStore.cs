using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging;
using TenantHub.Actions;
using TenantHub.Storage.Postgres;

namespace TenantHub.Storage.Sql;

/// <summary>Idempotency records. Answers are customers' data, so they are sealed, each for its own account. Old records go, some at a time,
/// when new ones come.</summary>
internal sealed partial class SqlIdempotencyStore(
    ISqlDatabase database,
    IDataProtectionProvider protection,
    TimeProvider clock,
    ILogger<SqlIdempotencyStore> logger,
    DatabaseHistory? history = null
) : IIdempotencyStore
{
    private const string Purpose = "TenantHub.IdempotentAnswer.v1";
    private static readonly TimeSpan PruneEvery = TimeSpan.FromMinutes(1);

    private const string Select =
        "SELECT payload_hash, created_at, sending_at, answer FROM idempotency WHERE account_id = @account AND key_hash = @key AND created_at > @oldest";

    // A record that is too old counts as none, whether or not it is deleted yet.
    private const string Insert = """
        INSERT INTO idempotency(account_id, key_hash, payload_hash, created_at, sending_at) VALUES(@account, @key, @payload, @now, @now)
        ON CONFLICT(account_id, key_hash) DO UPDATE
        SET payload_hash = excluded.payload_hash, created_at = excluded.created_at, sending_at = excluded.sending_at, answer = NULL
        WHERE idempotency.created_at <= @oldest
        """;

    private const string Update = "UPDATE idempotency SET answer = @answer WHERE account_id = @account AND key_hash = @key";
    private const string Renew =
        "UPDATE idempotency SET sending_at = @now WHERE account_id = @account AND key_hash = @key AND sending_at = @seen AND answer IS NULL";
    private const string TakeOut =
        "UPDATE idempotency SET answer = NULL WHERE account_id = @account AND key_hash = @key AND answer = @answer";
    private const string Delete = "DELETE FROM idempotency WHERE account_id = @account AND key_hash = @key AND sending_at = @sending";
    private const string DeleteAccount = "DELETE FROM idempotency WHERE account_id = @account";
    private const string Prune = "DELETE FROM idempotency WHERE created_at <= @oldest";

    private long _prunedAt;

    public DateTimeOffset? MayHaveForgottenAt => history?.ChangedAt;

    public async Task<IdempotencyRecord?> FindAsync(string accountId, string key, CancellationToken cancellationToken = default)
    {
        var (record, sealedAnswer) = await database.ReadAsync(
            (connection, cancellation) =>
                connection.FirstAsync(
                    Select,
                    row => (new IdempotencyRecord(row.GetString(0), row.GetInstant(1), row.GetInstant(2), null), row.GetBytes(3)),
                    cancellation,
                    ("@account", accountId),
                    ("@key", Hash(key)),
                    ("@oldest", Oldest())
                ),
            cancellationToken
        );
        if (sealedAnswer is null)
            return record;
        try
        {
            return record with { Answer = Open(accountId, sealedAnswer) };
        }
        catch (Exception exception)
            when (exception
                    is CryptographicException
                        or JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or FormatException
            )
        {
            // Taken out, so that its holder can send again (Renew) once it has looked.
            LogAnswerDamaged(accountId, Hash(key), exception.GetType().Name);
            await database.WriteAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(TakeOut, cancellation, ("@account", accountId), ("@key", Hash(key)), ("@answer", sealedAnswer)),
                cancellationToken
            );
            return record;
        }
    }

    public async Task<DateTimeOffset?> BeginAsync(string accountId, string key, string payloadHash)
    {
        await PruneAsync();
        var now = clock.GetUtcNow();
        return
            await database.WriteAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        Insert,
                        cancellation,
                        ("@account", accountId),
                        ("@key", Hash(key)),
                        ("@payload", payloadHash),
                        ("@now", now.Text()),
                        ("@oldest", Oldest())
                    )
            ) == 1
            ? now
            : null;
    }

    public async Task<DateTimeOffset?> RenewAsync(string accountId, string key, DateTimeOffset seen)
    {
        // Later than the one that was seen, whatever this silo's clock says: the instant is also the name of who holds the key.
        var now = clock.GetUtcNow() is var time && time > seen ? time : seen.AddTicks(1);
        return
            await database.WriteAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        Renew,
                        cancellation,
                        ("@account", accountId),
                        ("@key", Hash(key)),
                        ("@seen", seen.Text()),
                        ("@now", now.Text())
                    )
            ) == 1
            ? now
            : null;
    }

    public Task CompleteAsync(string accountId, string key, ActionResult.Succeeded answer)
    {
        var sealedAnswer = Seal(accountId, answer);
        return database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(Update, cancellation, ("@account", accountId), ("@key", Hash(key)), ("@answer", sealedAnswer))
        );
    }

    public Task ForgetAsync(string accountId, string key, DateTimeOffset sendingAt) =>
        database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(Delete, cancellation, ("@account", accountId), ("@key", Hash(key)), ("@sending", sendingAt.Text()))
        );

    public Task ForgetAccountAsync(string accountId) =>
        database.WriteAsync((connection, cancellation) => connection.ExecuteAsync(DeleteAccount, cancellation, ("@account", accountId)));

    /// <summary>Apart from the insert, so that silos which delete the same rows at once cannot lock each other's new ones.</summary>
    private async Task PruneAsync()
    {
        var last = Volatile.Read(ref _prunedAt);
        if (last != 0 && clock.GetElapsedTime(last) < PruneEvery)
            return;
        if (Interlocked.CompareExchange(ref _prunedAt, clock.GetTimestamp(), last) != last)
            return;
        await database.WriteAsync((connection, cancellation) => connection.ExecuteAsync(Prune, cancellation, ("@oldest", Oldest())));
    }

    private string Oldest() => (clock.GetUtcNow() - IdempotencyKey.KeptFor).Text();

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private byte[] Seal(string accountId, ActionResult.Succeeded answer)
    {
        using var plain = new MemoryStream();
        using (var writer = new Utf8JsonWriter(plain))
        {
            writer.WriteStartObject();
            writer.WriteNumber("status", answer.ProviderStatus);
            if (answer.Next is { } next)
                writer.WriteString("next", next);
            if (answer.Data is { } data)
            {
                writer.WritePropertyName("data");
                writer.WriteRawValue(data.Span, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return protection.CreateProtector(Purpose, accountId).Protect(plain.ToArray());
    }

    private ActionResult.Succeeded Open(string accountId, byte[] sealedAnswer)
    {
        using var document = JsonDocument.Parse(protection.CreateProtector(Purpose, accountId).Unprotect(sealedAnswer));
        var root = document.RootElement;
        return new ActionResult.Succeeded(
            root.GetProperty("status").GetInt32(),
            root.TryGetProperty("data", out var data) ? new JsonBytes(Encoding.UTF8.GetBytes(data.GetRawText())) : null,
            root.TryGetProperty("next", out var next) ? next.GetString() : null
        );
    }

    [LoggerMessage(
        5501,
        LogLevel.Error,
        "Account {AccountId}: the answer kept in the row {KeyHash} of the table idempotency cannot be opened ({Fault}). It counts as lost: a repeat of its key looks for what the call did before it sends"
    )]
    private partial void LogAnswerDamaged(string accountId, string keyHash, string fault);
}
