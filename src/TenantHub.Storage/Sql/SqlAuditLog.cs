using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using TenantHub.Audit;

namespace TenantHub.Storage.Sql;

/// <summary>
/// The audit. Writers of all silos queue at the one row of <c>audit_head</c>: 1. Take the next number, which locks that row until the end
/// of the transaction, and read the hash before. 2. Insert the row. 3. Put its hash into the head. So numbers have no gaps and the chain no
/// forks.
/// </summary>
internal sealed class SqlAuditLog(ISqlDatabase database, IDataProtectionProvider protection, TimeProvider clock) : IAuditLog
{
    private const int RowsAtOnce = 1000;
    private const int MaxFaults = 100;

    /// <summary>A look over a range takes a few seconds at most.</summary>
    private const int MaxRowsOfARange = 200_000;

    /// <summary>A look that goes on from the kept head goes over these newest rows once more: whoever edits a row edits a young
    /// one.</summary>
    private const int LookedAtAlways = 1_000;

    private const string Columns = "sequence, at, intent_sequence, actor, actor_name, address, action, target, outcome, hash";
    private const string TakeNumber = "UPDATE audit_head SET sequence = sequence + 1 RETURNING sequence, hash";
    private const string SetHead = "UPDATE audit_head SET hash = @hash";
    private const string Rows = $"SELECT {Columns} FROM audit WHERE sequence > @after ORDER BY sequence LIMIT @limit";
    private const string HashOf = "SELECT hash FROM audit WHERE sequence = @sequence";
    private const string Kept = "SELECT sequence, hash, seal FROM audit_kept ORDER BY sequence DESC LIMIT 1";
    private const string Keep = """
        INSERT INTO audit_kept(sequence, hash, at, seal) VALUES(@sequence, @hash, @at, @seal) ON CONFLICT(sequence) DO NOTHING
        """;
    private const string ForgetKept = "DELETE FROM audit_kept WHERE sequence < @sequence";
    private const string Ends = "SELECT sequence, hash, (SELECT coalesce(max(sequence), 0) FROM audit) FROM audit_head";

    private const string Insert = $"""
        INSERT INTO audit({Columns}) VALUES(@sequence, @at, @intent, @actor, @name, @address, @action, @target, @outcome, @hash)
        """;

    private IDataProtector Protector => protection.CreateProtector("TenantHub.AuditHead.v1");

    public Task<AuditEntry> AppendAsync(AuditEntry entry) =>
        database.WriteAsync(
            async (connection, cancellation) =>
            {
                var (sequence, before) = await connection.FirstAsync(TakeNumber, row => (row.GetInt64(0), row.GetString(1)), cancellation); // 1
                var written = entry with { Sequence = sequence, At = clock.GetUtcNow() };
                written = written with { Hash = AuditHash.Of(before, written) };
                await connection.ExecuteAsync(
                    Insert,
                    cancellation, // 2
                    ("@sequence", written.Sequence),
                    ("@at", written.At.Text()),
                    ("@intent", written.IntentSequence),
                    ("@actor", written.Actor),
                    ("@name", written.ActorName),
                    ("@address", written.Address),
                    ("@action", written.Action),
                    ("@target", written.Target),
                    ("@outcome", written.Outcome),
                    ("@hash", written.Hash)
                );
                await connection.ExecuteAsync(SetHead, cancellation, ("@hash", written.Hash)); // 3
                return written;
            }
        );

    public async Task<IReadOnlyList<AuditedChange>> ListAsync(AuditFilter filter, CancellationToken cancellationToken = default)
    {
        var parameters = new List<(string Name, object? Value)> { ("@limit", (long)filter.PageSize) };
        var where =
            Where("i.actor = @actor", "@actor", filter.Actor)
            + Where("i.action = @action", "@action", filter.Action)
            + Where("i.at >= @from", "@from", filter.From?.Text())
            + Where("i.at < @to", "@to", filter.To?.Text())
            + Where("i.sequence < @before", "@before", filter.Before)
            // What a change makes is named by its outcome only.
            + Where(
                "i.sequence IN (SELECT coalesce(intent_sequence, sequence) FROM audit WHERE target = @target)",
                "@target",
                filter.Target
            );
        var sql = $"""
            SELECT {string.Join(", ", Columns.Split(", ").Select(column => "i." + column))}, o.target, o.outcome, o.at
            FROM audit i LEFT JOIN audit o ON o.intent_sequence = i.sequence
            WHERE i.intent_sequence IS NULL{where} ORDER BY i.sequence DESC LIMIT @limit
            """;
        return await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    sql,
                    row =>
                        Read(row) is var intent && row.GetText(11) is { } outcome
                            ? new AuditedChange(intent, row.GetString(10), outcome, InstantOf(row, 12))
                            : new AuditedChange(intent, intent.Target, null, null),
                    cancellation,
                    [.. parameters]
                ),
            cancellationToken
        );

        string Where(string condition, string name, object? value)
        {
            if (value is null)
                return "";
            parameters.Add((name, value));
            return " AND " + condition;
        }
    }

    public IAsyncEnumerable<AuditEntry> ReadAsync(CancellationToken cancellationToken = default) => ReadAfterAsync(0, cancellationToken);

    public async Task<AuditVerification> VerifyAsync(
        AuditHead? known = null,
        AuditRange? range = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        // One statement, so that head and rows are of the same moment. What is appended from here on is not looked at.
        var (end, hash, last) = await database.ReadAsync(
            (connection, cancellation) =>
                connection.FirstAsync(Ends, row => (row.GetInt64(0), row.GetString(1), row.GetInt64(2)), cancellation),
            cancellationToken
        );
        var (kept, isForged) = await FindKeptAsync(cancellationToken);
        var trusted = isForged ? null : kept;
        var usual = Math.Min((trusted?.Sequence ?? 0) + 1, end - LookedAtAlways + 1);
        var from = range is null ? 1 : Math.Clamp(range.From ?? usual, 1, Math.Max(end, 0) + 1);
        var to = range is null ? end : Math.Min(Math.Min(range.To ?? end, end), from + MaxRowsOfARange - 1);

        var faults = new List<AuditFault>();
        var (next, before) = (from, await HashBeforeAsync(from, cancellationToken));
        await foreach (var row in ReadAfterAsync(from - 1, cancellationToken))
        {
            if (row.Sequence > to || faults.Count >= MaxFaults)
                break;
            var isFollower = row.Sequence == next && before is not null;
            for (; next < row.Sequence && faults.Count < MaxFaults; next++)
                faults.Add(new(next, AuditProblem.Removed));

            // After a gap the hash before is not known, so the first row behind it cannot be judged.
            if (isFollower && !AuditHash.IsRight(before!, row))
                faults.Add(new(row.Sequence, AuditProblem.Changed));
            (next, before) = (row.Sequence + 1, row.Hash);
            if (row.Sequence % RowsAtOnce == 0)
                progress?.Report(row.Sequence);
        }

        for (; next <= to && faults.Count < MaxFaults; next++)
            faults.Add(new(next, AuditProblem.Removed));
        if (to == end)
        {
            if (faults.Count == 0 && before != hash)
                faults.Add(new(end, AuditProblem.Changed));
            for (var behind = end + 1; behind <= last && faults.Count < MaxFaults; behind++)
                faults.Add(new(behind, AuditProblem.Inserted));
        }

        if (isForged)
            faults.Add(new(kept!.Sequence, AuditProblem.Forged));
        foreach (var head in new[] { known, trusted })
        {
            if (
                head is { Sequence: > 0 }
                && await FindHashAsync(head.Sequence, cancellationToken) != head.Hash
                && faults.All(fault => fault.Sequence != head.Sequence)
            )
                faults.Add(new(head.Sequence, AuditProblem.Rewritten));
        }

        if (faults.Count == 0 && to > (trusted?.Sequence ?? 0) && from <= (trusted?.Sequence ?? 0) + 1)
            trusted = await KeepAsync(new AuditHead(to, before!));
        return new AuditVerification(new AuditHead(end, hash), [.. faults.Take(MaxFaults)])
        {
            From = from,
            To = to,
            Next = to < end ? to + 1 : null,
            Kept = trusted,
        };
    }

    private async IAsyncEnumerable<AuditEntry> ReadAfterAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var rows = await database.ReadAsync(
                (connection, cancellation) =>
                    connection.QueryAsync(Rows, Read, cancellation, ("@after", after), ("@limit", (long)RowsAtOnce)),
                cancellationToken
            );
            foreach (var row in rows)
                yield return row;
            if (rows.Count < RowsAtOnce)
                yield break;
            after = rows[^1].Sequence;
        }
    }

    private async Task<string?> HashBeforeAsync(long sequence, CancellationToken cancellationToken) =>
        sequence == 1 ? AuditHash.Start : await FindHashAsync(sequence - 1, cancellationToken);

    private Task<string?> FindHashAsync(long sequence, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (connection, cancellation) => connection.FirstAsync(HashOf, row => row.GetString(0), cancellation, ("@sequence", sequence)),
            cancellationToken
        );

    /// <summary>
    /// The head that an earlier look has kept. Only who has the key ring can make its seal, so who can write the database alone can take it
    /// away and not forge it.
    /// </summary>
    private async Task<(AuditHead? Head, bool IsForged)> FindKeptAsync(CancellationToken cancellationToken)
    {
        var (head, seal) = await database.ReadAsync(
            (connection, cancellation) =>
                connection.FirstAsync<(AuditHead?, string)>(
                    Kept,
                    row => (new AuditHead(row.GetInt64(0), row.GetString(1)), row.GetString(2)),
                    cancellation
                ),
            cancellationToken
        );
        if (head is null)
            return (null, false);
        try
        {
            return (head, Protector.Unprotect(seal) != Text(head));
        }
        catch (CryptographicException)
        {
            return (head, true);
        }
    }

    private Task<AuditHead> KeepAsync(AuditHead head)
    {
        var seal = Protector.Protect(Text(head));
        return database.WriteAsync(
            async (connection, cancellation) =>
            {
                await connection.ExecuteAsync(
                    Keep,
                    cancellation,
                    ("@sequence", head.Sequence),
                    ("@hash", head.Hash),
                    ("@at", clock.GetUtcNow().Text()),
                    ("@seal", seal)
                );
                await connection.ExecuteAsync(ForgetKept, cancellation, ("@sequence", head.Sequence));
                return head;
            }
        );
    }

    private static string Text(AuditHead head) => string.Create(CultureInfo.InvariantCulture, $"{head.Sequence}:{head.Hash}");

    /// <summary>A time that somebody has made unreadable is told as none: the row stays in sight, and its hash shows that it was changed.</summary>
    private static DateTimeOffset InstantOf(DbDataReader row, int column) =>
        DateTimeOffset.TryParse(row.GetString(column), CultureInfo.InvariantCulture, out var at) ? at : default;

    private static AuditEntry Read(DbDataReader row) =>
        new()
        {
            Sequence = row.GetInt64(0),
            At = InstantOf(row, 1),
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
