using System.Data.Common;
using System.Runtime.CompilerServices;
using TenantHub.Audit;

namespace TenantHub.Storage.Sql;

/// <summary>
/// The audit. Writers of all silos queue at the one row of <c>audit_head</c>: 1. Take the next number, which locks that row until the end of the
/// transaction, and read the hash before. 2. Insert the row. 3. Put its hash into the head. So numbers have no gaps and the chain no forks.
/// </summary>
internal sealed class SqlAuditLog(ISqlDatabase database, TimeProvider clock) : IAuditLog
{
    private const int RowsAtOnce = 1000;
    private const int MaxFaults = 100;
    private const string Columns = "sequence, at, intent_sequence, actor, actor_name, address, action, target, outcome, hash";
    private const string TakeNumber = "UPDATE audit_head SET sequence = sequence + 1 RETURNING sequence, hash";
    private const string SetHead = "UPDATE audit_head SET hash = @hash";
    private const string Rows = $"SELECT {Columns} FROM audit WHERE sequence > @after ORDER BY sequence LIMIT @limit";
    private const string Ends = "SELECT sequence, hash, (SELECT coalesce(max(sequence), 0) FROM audit) FROM audit_head";

    private const string Insert = $"""
        INSERT INTO audit({Columns}) VALUES(@sequence, @at, @intent, @actor, @name, @address, @action, @target, @outcome, @hash)
        """;

    public Task<AuditEntry> AppendAsync(AuditEntry entry) => database.WriteAsync(async (connection, cancellation) =>
    {
        var (sequence, before) = await connection.FirstAsync(TakeNumber, row => (row.GetInt64(0), row.GetString(1)), cancellation); // 1
        var written = entry with { Sequence = sequence, At = clock.GetUtcNow() };
        written = written with { Hash = AuditHash.Of(before, written) };
        await connection.ExecuteAsync(
            Insert, cancellation, // 2
            ("@sequence", written.Sequence), ("@at", written.At.Text()), ("@intent", written.IntentSequence), ("@actor", written.Actor), ("@name", written.ActorName),
            ("@address", written.Address), ("@action", written.Action), ("@target", written.Target), ("@outcome", written.Outcome), ("@hash", written.Hash));
        await connection.ExecuteAsync(SetHead, cancellation, ("@hash", written.Hash)); // 3
        return written;
    });

    public async Task<IReadOnlyList<AuditedChange>> ListAsync(AuditFilter filter, CancellationToken cancellationToken = default)
    {
        var parameters = new List<(string Name, object? Value)> { ("@limit", (long)filter.PageSize) };
        var where = Where("i.actor = @actor", "@actor", filter.Actor)
            + Where("i.action = @action", "@action", filter.Action)
            + Where("i.at >= @from", "@from", filter.From?.Text())
            + Where("i.at < @to", "@to", filter.To?.Text())
            + Where("i.sequence < @before", "@before", filter.Before)

            // What a change makes is named by its outcome only.
            + Where("i.sequence IN (SELECT coalesce(intent_sequence, sequence) FROM audit WHERE target = @target)", "@target", filter.Target);
        var sql = $"""
            SELECT {string.Join(", ", Columns.Split(", ").Select(column => "i." + column))}, o.target, o.outcome, o.at
            FROM audit i LEFT JOIN audit o ON o.intent_sequence = i.sequence
            WHERE i.intent_sequence IS NULL{where} ORDER BY i.sequence DESC LIMIT @limit
            """;
        return await database.ReadAsync(
            (connection, cancellation) => connection.QueryAsync(
                sql,
                row => Read(row) is var intent && row.GetText(11) is { } outcome
                    ? new AuditedChange(intent, row.GetString(10), outcome, row.GetInstant(12))
                    : new AuditedChange(intent, intent.Target, null, null),
                cancellation, [.. parameters]),
            cancellationToken);

        string Where(string condition, string name, object? value)
        {
            if (value is null) return "";
            parameters.Add((name, value));
            return " AND " + condition;
        }
    }

    public async IAsyncEnumerable<AuditEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var after = 0L;
        while (true)
        {
            var rows = await database.ReadAsync(
                (connection, cancellation) => connection.QueryAsync(Rows, Read, cancellation, ("@after", after), ("@limit", (long)RowsAtOnce)), cancellationToken);
            foreach (var row in rows) yield return row;
            if (rows.Count < RowsAtOnce) yield break;
            after = rows[^1].Sequence;
        }
    }

    public async Task<AuditVerification> VerifyAsync(AuditHead? known = null, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        // One statement, so that head and rows are of the same moment. What is appended from here on is not looked at.
        var (end, hash, last) = await database.ReadAsync(
            (connection, cancellation) => connection.FirstAsync(Ends, row => (row.GetInt64(0), row.GetString(1), row.GetInt64(2)), cancellation), cancellationToken);
        var faults = new List<AuditFault>();
        var (next, before) = (1L, AuditHash.Start);
        var agrees = known is null or { Sequence: 0 };
        await foreach (var row in ReadAsync(cancellationToken))
        {
            if (row.Sequence > end || faults.Count >= MaxFaults) break;
            var gap = row.Sequence > next;
            for (; next < row.Sequence && faults.Count < MaxFaults; next++) faults.Add(new(next, AuditProblem.Removed));

            // After a gap the hash before is not known, so the first row behind it cannot be judged.
            if (!gap && AuditHash.Of(before, row) != row.Hash) faults.Add(new(row.Sequence, AuditProblem.Changed));
            if (known?.Sequence == row.Sequence) agrees = row.Hash == known.Hash;
            (next, before) = (row.Sequence + 1, row.Hash);
            if (row.Sequence % RowsAtOnce == 0) progress?.Report(row.Sequence);
        }

        for (; next <= end && faults.Count < MaxFaults; next++) faults.Add(new(next, AuditProblem.Removed));
        if (faults.Count == 0 && before != hash) faults.Add(new(end, AuditProblem.Changed));
        for (var behind = end + 1; behind <= last && faults.Count < MaxFaults; behind++) faults.Add(new(behind, AuditProblem.Inserted));
        if (!agrees && faults.Count < MaxFaults) faults.Add(new(known!.Sequence, AuditProblem.Rewritten));
        return new AuditVerification(new AuditHead(end, hash), faults);
    }

    private static AuditEntry Read(DbDataReader row) => new()
    {
        Sequence = row.GetInt64(0),
        At = row.GetInstant(1),
        IntentSequence = row.IsDBNull(2) ? null : row.GetInt64(2),
        Actor = row.GetString(3),
        ActorName = row.GetString(4),
        Address = row.GetString(5),
        Action = row.GetString(6),
        Target = row.GetString(7),
        Outcome = row.GetString(8),
        Hash = row.GetString(9),
    };
}
