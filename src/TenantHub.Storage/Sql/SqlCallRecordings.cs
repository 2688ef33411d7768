using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using TenantHub.Calls;

namespace TenantHub.Storage.Sql;

/// <summary>Calls recorded with their bodies. What the call log has too stands in columns; the rest is sealed, each for its own account. One
/// that is too old counts as none, whether or not the sweep has been there.</summary>
internal sealed class SqlCallRecordings(ISqlDatabase database, IDataProtectionProvider protection, TimeProvider clock) : ICallRecordings
{
    private const string Purpose = "TenantHub.RecordedCall.v1";
    private const string Remedy = "Restore it from a backup, or delete it: after a day it goes by itself.";
    private const string Columns = "call_id, account_id, recording_id, origin_owner_id, profile_id, action_id, started_at, outcome";
    private const string Count = "SELECT count(*) FROM recorded_calls WHERE account_id = @account AND recording_id = @recording";
    private const string DeleteAccount = "DELETE FROM recorded_calls WHERE account_id = @account";

    private const string Insert = $"""
        INSERT INTO recorded_calls({Columns}, content)
        VALUES(@call, @account, @recording, @owner, @profile, @action, @started, @outcome, @content)
        ON CONFLICT(account_id, call_id) DO NOTHING
        """;

    private const string List = $"""
        SELECT {Columns} FROM recorded_calls WHERE account_id = @account AND started_at > @oldest ORDER BY call_id DESC LIMIT @limit
        """;

    private const string Find = $"""
        SELECT {Columns}, content FROM recorded_calls WHERE account_id = @account AND call_id = @call AND started_at > @oldest
        """;

    private static readonly RowFormat<RecordedCall> Rows = new("recorded_calls", Read, Remedy);

    private RowFormat<RecordedCall> WholeRows => new("recorded_calls", ReadWhole, Remedy);

    public Task AddAsync(RecordedCall call)
    {
        var content = new Content(call.Input, call.Requests, call.Answer, call.Error);
        var plain = JsonSerializer.SerializeToUtf8Bytes(content, StorageJson.Plain);
        var sealedContent = protection.CreateProtector(Purpose, call.AccountId).Protect(plain);
        return database.WriteInBackgroundAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    Insert,
                    cancellation,
                    ("@account", call.AccountId),
                    ("@call", call.CallId),
                    ("@recording", call.RecordingId),
                    ("@owner", call.OriginOwnerId),
                    ("@profile", call.ProfileId),
                    ("@action", call.ActionId),
                    ("@started", call.StartedAt.Text()),
                    ("@outcome", call.Outcome),
                    ("@content", sealedContent)
                )
        );
    }

    public async Task<IReadOnlyList<RecordedCall>> ListAsync(string accountId, int limit, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(List, Rows, database.Damaged, limit, cancellation, ("@account", accountId), ("@oldest", Oldest())),
            cancellationToken
        );

    public Task<RecordedCall?> FindAsync(string accountId, string callId, CancellationToken cancellationToken = default) =>
        database.ReadAsync(
            (connection, cancellation) =>
                connection.FirstAsync<RecordedCall?>(
                    Find,
                    WholeRows.Read,
                    cancellation,
                    ("@account", accountId),
                    ("@call", callId),
                    ("@oldest", Oldest())
                ),
            cancellationToken
        );

    public async Task<int> CountAsync(string accountId, string recordingId, CancellationToken cancellationToken = default) =>
        (int)
            await database.ReadAsync(
                (connection, cancellation) =>
                    connection.FirstAsync(
                        Count,
                        row => row.GetInt64(0),
                        cancellation,
                        ("@account", accountId),
                        ("@recording", recordingId)
                    ),
                cancellationToken
            );

    public Task ForgetAccountAsync(string accountId) =>
        database.WriteAsync((connection, cancellation) => connection.ExecuteAsync(DeleteAccount, cancellation, ("@account", accountId)));

    private string Oldest() => (clock.GetUtcNow() - ICallRecordings.KeptFor).Text();

    private static RecordedCall Read(DbDataReader row) =>
        new()
        {
            CallId = row.GetString(0),
            AccountId = row.GetString(1),
            RecordingId = row.GetString(2),
            OriginOwnerId = row.GetText(3),
            ProfileId = row.GetText(4),
            ActionId = row.GetString(5),
            StartedAt = row.GetInstant(6),
            Outcome = row.GetString(7),
        };

    private RecordedCall ReadWhole(DbDataReader row)
    {
        var call = Read(row);
        var plain = protection.CreateProtector(Purpose, call.AccountId).Unprotect(row.GetFieldValue<byte[]>(8));
        var content = StorageJson.Read<Content>(plain);
        return call with { Input = content.Input, Requests = content.Requests, Answer = content.Answer, Error = content.Error };
    }

    private sealed record Content(RecordedBody? Input, IReadOnlyList<RecordedRequest> Requests, RecordedBody? Answer, string? Error);
}
