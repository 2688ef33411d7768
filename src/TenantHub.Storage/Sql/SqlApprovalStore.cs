using System.Data.Common;
using Microsoft.AspNetCore.DataProtection;
using TenantHub.Approvals;

namespace TenantHub.Storage.Sql;

/// <summary>The calls that wait for a person. What is called is sealed, each for its own account. Of all who decide, the database lets
/// one.</summary>
internal sealed class SqlApprovalStore(ISqlDatabase database, IDataProtectionProvider protection) : IApprovalStore
{
    private const string Purpose = "TenantHub.ApprovalCall.v1";
    private const string AfterAll = "apr_~";
    private const string Columns =
        "id, account_id, action_id, caller_id, client, fingerprint, call, requested_at, expires_at, status, decided_by, decided_at, told";
    private const string ById = $"SELECT {Columns} FROM approvals WHERE id = @id";

    // An id begins with its time.
    private const string List = $"SELECT {Columns} FROM approvals WHERE id < @before ORDER BY id DESC LIMIT @limit";
    private const string ListPending = $"""
        SELECT {Columns} FROM approvals WHERE status = 'pending' AND expires_at > @now AND id > @after ORDER BY id LIMIT @limit
        """;
    private const string CountPending = """
        SELECT count(*), coalesce(sum(CASE WHEN caller_id = @caller THEN 1 ELSE 0 END), 0) FROM approvals
        WHERE account_id = @account AND expires_at > @now AND (status = 'pending' OR (status = 'refused' AND decided_by = caller_id))
        """;
    private const string Use = """
        UPDATE approvals SET status = 'used', expires_at = coalesce(@until, expires_at) WHERE id = @id AND status = 'approved'
        """;
    private const string Tell = "UPDATE approvals SET told = @told WHERE id = @id AND told < @told";
    private const string DeleteAccount = "DELETE FROM approvals WHERE account_id = @account";

    private const string Newest = $"""
        SELECT {Columns} FROM approvals WHERE account_id = @account AND fingerprint = @fingerprint ORDER BY requested_at DESC LIMIT 1
        """;

    private const string Insert = $"""
        INSERT INTO approvals({Columns})
        VALUES(@id, @account, @action, @caller, @client, @fingerprint, @call, @requested, @expires, @status, NULL, NULL, 0)
        """;

    private const string Decide = """
        UPDATE approvals SET status = @status, decided_by = @by, decided_at = @at, expires_at = @expires,
            told = CASE told WHEN 0 THEN 0 ELSE 1 END
        WHERE id = @id AND status = 'pending' AND expires_at > @at
        """;

    private const string Untold = $"""
        SELECT {Columns} FROM approvals WHERE told < 2 AND (told = 0 OR status <> 'pending' OR expires_at <= @now)
        ORDER BY requested_at LIMIT @limit
        """;

    private RowFormat<Approval> Rows =>
        new("approvals", Read, "Nobody can approve it: let the call be asked for again, or restore it from a backup.");

    public Task AddAsync(Approval approval)
    {
        var call = Protector(approval.AccountId).Protect(approval.Call.Span.ToArray());
        return database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    Insert,
                    cancellation,
                    ("@id", approval.Id),
                    ("@account", approval.AccountId),
                    ("@action", approval.ActionId),
                    ("@caller", approval.CallerId),
                    ("@client", approval.Client),
                    ("@fingerprint", approval.Fingerprint),
                    ("@call", call),
                    ("@requested", approval.RequestedAt.Text()),
                    ("@expires", approval.ExpiresAt.Text()),
                    ("@status", WireName.Of(approval.Status))
                )
        );
    }

    public Task<Approval?> FindNewestAsync(string accountId, string fingerprint, CancellationToken cancellationToken = default) =>
        database.ReadAsync(
            (connection, cancellation) =>
                connection.FirstAsync(Newest, Rows.Read, cancellation, ("@account", accountId), ("@fingerprint", fingerprint)),
            cancellationToken
        );

    public Task<Approval?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        database.ReadAsync(
            (connection, cancellation) => connection.FirstAsync(ById, Rows.Read, cancellation, ("@id", id)),
            cancellationToken
        );

    public async Task<IReadOnlyList<Approval>> ListAsync(int limit, string? before = null, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(List, Rows, database.Damaged, limit, cancellation, ("@before", before ?? AfterAll)),
            cancellationToken
        );

    public async Task<IReadOnlyList<Approval>> ListPendingAsync(
        DateTimeOffset now,
        int limit,
        string? after = null,
        CancellationToken cancellationToken = default
    ) =>
        await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    ListPending,
                    Rows,
                    database.Damaged,
                    limit,
                    cancellation,
                    ("@now", now.Text()),
                    ("@after", after ?? "")
                ),
            cancellationToken
        );

    public Task<(int OfAll, int OfCaller)> CountPendingAsync(
        string accountId,
        string callerId,
        DateTimeOffset now,
        CancellationToken cancellationToken = default
    ) =>
        database.ReadAsync(
            (connection, cancellation) =>
                connection.FirstAsync(
                    CountPending,
                    row => ((int)row.GetInt64(0), (int)row.GetInt64(1)),
                    cancellation,
                    ("@account", accountId),
                    ("@caller", callerId),
                    ("@now", now.Text())
                ),
            cancellationToken
        );

    public async Task<bool> DecideAsync(Approval decided) =>
        await database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    Decide,
                    cancellation,
                    ("@id", decided.Id),
                    ("@status", WireName.Of(decided.Status)),
                    ("@by", decided.DecidedBy),
                    ("@at", decided.DecidedAt!.Value.Text()),
                    ("@expires", decided.ExpiresAt.Text())
                )
        ) == 1;

    public Task UseAsync(string id, DateTimeOffset? until = null) =>
        database.WriteAsync(
            (connection, cancellation) => connection.ExecuteAsync(Use, cancellation, ("@id", id), ("@until", until?.Text()))
        );

    public async Task<IReadOnlyList<Approval>> ListUntoldAsync(
        DateTimeOffset now,
        int limit,
        CancellationToken cancellationToken = default
    ) =>
        await database.ReadAsync(
            (connection, cancellation) => connection.QueryAsync(Untold, Rows, database.Damaged, limit, cancellation, ("@now", now.Text())),
            cancellationToken
        );

    public Task TellAsync(string id, ApprovalTold told) =>
        database.WriteAsync((connection, cancellation) => connection.ExecuteAsync(Tell, cancellation, ("@id", id), ("@told", (long)told)));

    public Task ForgetAccountAsync(string accountId) =>
        database.WriteAsync((connection, cancellation) => connection.ExecuteAsync(DeleteAccount, cancellation, ("@account", accountId)));

    private IDataProtector Protector(string accountId) => protection.CreateProtector(Purpose, accountId);

    private Approval Read(DbDataReader row) =>
        new()
        {
            Id = row.GetString(0),
            AccountId = row.GetString(1),
            ActionId = row.GetString(2),
            CallerId = row.GetString(3),
            Client = row.GetText(4),
            Fingerprint = row.GetString(5),
            Call = new JsonBytes(Protector(row.GetString(1)).Unprotect(row.GetFieldValue<byte[]>(6))),
            RequestedAt = row.GetInstant(7),
            ExpiresAt = row.GetInstant(8),
            Status = WireName.TryParse<ApprovalStatus>(row.GetString(9), out var status) ? status : throw new FormatException(),
            DecidedBy = row.GetText(10),
            DecidedAt = row.IsDBNull(11) ? null : row.GetInstant(11),
            Told = (ApprovalTold)row.GetInt64(12),
        };
}
