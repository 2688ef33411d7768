using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using TenantHub.Actions;

namespace TenantHub.Storage.Sqlite;

/// <summary>
/// Idempotency records in SQLite. Answers are customers' data, so they are sealed, each for its own account. What is too old is deleted
/// when a new record is made, in the same transaction.
/// </summary>
internal sealed class SqliteIdempotencyStore(SqliteDatabase database, IDataProtectionProvider protection, TimeProvider clock) : IIdempotencyStore
{
    private const string Purpose = "TenantHub.IdempotentAnswer.v1";
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private const string Insert = """
        INSERT INTO idempotency(account_id, key_hash, payload_hash, created_at) VALUES($account, $key, $payload, $now) ON CONFLICT DO NOTHING
        """;

    public Task<IdempotencyRecord?> FindAsync(string accountId, string key, CancellationToken cancellationToken = default) => database.ReadAsync<IdempotencyRecord?>(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT payload_hash, created_at, answer FROM idempotency WHERE account_id = $account AND key_hash = $key AND created_at > $oldest";
        Identify(command, accountId, key);
        command.Parameters.AddWithValue("$oldest", Text(clock.GetUtcNow() - Kept));
        using var reader = command.ExecuteReader();
        if (!reader.Read()) return null;
        var createdAt = DateTimeOffset.Parse(reader.GetString(1), CultureInfo.InvariantCulture);
        return new IdempotencyRecord(reader.GetString(0), createdAt, reader.IsDBNull(2) ? null : Open(accountId, reader.GetFieldValue<byte[]>(2)));
    }, cancellationToken);

    public Task<bool> BeginAsync(string accountId, string key, string payloadHash) => database.WriteAsync(connection =>
    {
        var now = clock.GetUtcNow();
        using var prune = connection.CreateCommand();
        prune.CommandText = "DELETE FROM idempotency WHERE created_at <= $oldest";
        prune.Parameters.AddWithValue("$oldest", Text(now - Kept));
        prune.ExecuteNonQuery();

        using var insert = connection.CreateCommand();
        insert.CommandText = Insert;
        Identify(insert, accountId, key);
        insert.Parameters.AddWithValue("$payload", payloadHash);
        insert.Parameters.AddWithValue("$now", Text(now));
        return insert.ExecuteNonQuery() == 1;
    });

    public async Task CompleteAsync(string accountId, string key, ActionResult.Succeeded answer)
    {
        var sealedAnswer = Seal(accountId, answer);
        await database.WriteAsync(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE idempotency SET answer = $answer WHERE account_id = $account AND key_hash = $key";
            Identify(command, accountId, key);
            command.Parameters.AddWithValue("$answer", sealedAnswer);
            return command.ExecuteNonQuery();
        });
    }

    public async Task ForgetAsync(string accountId, string key) => await database.WriteAsync(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM idempotency WHERE account_id = $account AND key_hash = $key";
        Identify(command, accountId, key);
        return command.ExecuteNonQuery();
    });

    private byte[] Seal(string accountId, ActionResult.Succeeded answer)
    {
        using var plain = new MemoryStream();
        using (var writer = new Utf8JsonWriter(plain))
        {
            writer.WriteStartObject();
            writer.WriteNumber("status", answer.ProviderStatus);
            if (answer.Next is { } next) writer.WriteString("next", next);
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
        try
        {
            using var document = JsonDocument.Parse(protection.CreateProtector(Purpose, accountId).Unprotect(sealedAnswer));
            var root = document.RootElement;
            return new ActionResult.Succeeded(
                root.GetProperty("status").GetInt32(),
                root.TryGetProperty("data", out var data) ? new JsonBytes(Encoding.UTF8.GetBytes(data.GetRawText())) : null,
                root.TryGetProperty("next", out var next) ? next.GetString() : null);
        }
        catch (CryptographicException exception)
        {
            throw new StorageException("A stored answer cannot be opened: the key ring that sealed it is missing. Restore the keys from a backup.", exception);
        }
    }

    private static void Identify(SqliteCommand command, string accountId, string key)
    {
        command.Parameters.AddWithValue("$account", accountId);
        command.Parameters.AddWithValue("$key", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))));
    }

    private static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("O", CultureInfo.InvariantCulture); // Sorts as text.
}
