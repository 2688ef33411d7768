using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Time.Testing;
using TenantHub.Audit;
using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;
using Xunit;

namespace TenantHub.Storage;

public sealed class SqliteAuditLogTests : AuditLogSuite<SqliteFile>;

public sealed class PostgresAuditLogTests : AuditLogSuite<PostgresTestDatabase>;

/// <summary>What the audit must do, whatever the database: no row lost, none unnoticed when it is tampered with.</summary>
public abstract class AuditLogSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private readonly EphemeralDataProtectionProvider _protection = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Change_IsReadWithItsOutcome_AndWithTheTargetThatItMade()
    {
        var log = Log();
        var intent = await log.AppendAsync(Entry("link_account", "account"));
        _clock.Advance(TimeSpan.FromSeconds(2));
        await log.AppendAsync(intent with { IntentSequence = intent.Sequence, Target = "account/acc_1", Outcome = "succeeded" });
        var open = await log.AppendAsync(Entry("suspend_account", "account/acc_1"));

        var changes = await log.ListAsync(new AuditFilter(), Cancel);

        Assert.Equal([open, intent], changes.Select(change => change.Intent));
        Assert.Equal(("account/acc_1", null, null), (changes[0].Target, changes[0].Outcome, changes[0].EndedAt));
        Assert.Equal(("account/acc_1", "succeeded", _clock.GetUtcNow()), (changes[1].Target, changes[1].Outcome, changes[1].EndedAt));
    }

    [Fact]
    public async Task Filters_AreCombined_AndPagesFollowEachOther()
    {
        var log = Log();
        for (var i = 0; i < 6; i++)
        {
            await log.AppendAsync(Entry(i % 2 == 0 ? "even" : "odd", $"account/{i % 3}") with { Actor = $"key:{i % 2}" });
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        var start = _clock.GetUtcNow() - TimeSpan.FromMinutes(6);
        Assert.Equal([6L, 4L, 2L], await NumbersAsync(new AuditFilter { Actor = "key:1" }));
        Assert.Equal([5L, 3L, 1L], await NumbersAsync(new AuditFilter { Action = "even" }));
        Assert.Equal([5L, 2L], await NumbersAsync(new AuditFilter { Target = "account/1" }));
        Assert.Equal([5L], await NumbersAsync(new AuditFilter { Target = "account/1", Action = "even" }));
        Assert.Equal([3L, 2L], await NumbersAsync(new AuditFilter { From = start.AddMinutes(1), To = start.AddMinutes(3) }));
        Assert.Equal([6L, 5L], await NumbersAsync(new AuditFilter { PageSize = 2 }));
        Assert.Equal([4L, 3L], await NumbersAsync(new AuditFilter { PageSize = 2, Before = 5 }));
        Assert.Empty(await NumbersAsync(new AuditFilter { Actor = "' OR 1=1 --" }));

        async Task<IEnumerable<long>> NumbersAsync(AuditFilter filter) =>
            (await log.ListAsync(filter, Cancel)).Select(change => change.Intent.Sequence);
    }

    [Fact]
    public async Task ManyWritersAtOnce_MakeOneChainWithoutGaps()
    {
        var database = Open();
        var logs = Enumerable.Range(0, 4).Select(_ => Log(database)).ToList();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => logs[i % 4].AppendAsync(Entry("action", $"account/{i}"))));

        var verified = await logs[0].VerifyAsync(cancellationToken: Cancel);
        Assert.Empty(verified.Faults);
        Assert.Equal(200, verified.Head.Sequence);
        Assert.Equal(200, (await ReadAllAsync(logs[0])).Select(entry => entry.Target).Distinct().Count());
    }

    [Fact]
    public async Task EmptyAudit_IsSound() => Assert.Empty((await Log().VerifyAsync(cancellationToken: Cancel)).Faults);

    [Theory]
    [InlineData("UPDATE audit SET actor = 'somebody else' WHERE sequence = 3", 3, AuditProblem.Changed)]
    [InlineData("UPDATE audit SET outcome = 'succeeded' WHERE sequence = 3", 3, AuditProblem.Changed)]
    [InlineData("UPDATE audit SET at = '2020-01-01T00:00:00.0000000Z' WHERE sequence = 1", 1, AuditProblem.Changed)]
    [InlineData("UPDATE audit SET hash = (SELECT hash FROM audit WHERE sequence = 4) WHERE sequence = 5", 5, AuditProblem.Changed)]
    [InlineData("UPDATE audit SET intent_sequence = 2 WHERE sequence = 4", 4, AuditProblem.Changed)]
    [InlineData("DELETE FROM audit WHERE sequence = 1", 1, AuditProblem.Removed)]
    [InlineData("DELETE FROM audit WHERE sequence = 3", 3, AuditProblem.Removed)]
    [InlineData("DELETE FROM audit WHERE sequence = 5", 5, AuditProblem.Removed)]
    [InlineData(
        "INSERT INTO audit SELECT 6, at, NULL, actor, actor_name, address, action, target, outcome, hash FROM audit WHERE sequence = 5",
        6,
        AuditProblem.Inserted
    )]
    [InlineData("UPDATE audit SET sequence = 6 WHERE sequence = 5", 5, AuditProblem.Removed)]
    [InlineData("UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE sequence = 4)", 5, AuditProblem.Changed)]
    [InlineData("UPDATE audit SET at = 'junk{' WHERE sequence = 3", 3, AuditProblem.Changed)]
    [InlineData("UPDATE audit SET hash = 'junk{' WHERE sequence = 3", 3, AuditProblem.Changed)]
    [InlineData("UPDATE audit_head SET sequence = -1", -1, AuditProblem.Changed)]
    public async Task TamperedRow_IsFoundAndNamed(string tampering, long sequence, AuditProblem problem)
    {
        var database = Open();
        var log = Log(database);
        for (var i = 1; i <= 5; i++)
            await log.AppendAsync(Entry("action", $"account/{i}"));
        Assert.Empty((await log.VerifyAsync(cancellationToken: Cancel)).Faults);

        Assert.Equal(1, await database.WriteAsync((connection, cancellation) => connection.ExecuteAsync(tampering, cancellation), Cancel));

        Assert.Equal(new AuditFault(sequence, problem), (await log.VerifyAsync(cancellationToken: Cancel)).Faults[0]);
        Assert.NotEmpty(await log.ListAsync(new AuditFilter(), Cancel));
    }

    /// <summary>Who may write the database may also compute hashes. What was written down elsewhere tells.</summary>
    [Fact]
    public async Task ChainThatWasRewrittenFromTheStart_IsToldByAHeadThatIsKeptElsewhere()
    {
        var database = Open();
        var log = Log(database);
        for (var i = 1; i <= 3; i++)
            await log.AppendAsync(Entry("action", $"account/{i}"));
        var kept = (await log.VerifyAsync(cancellationToken: Cancel)).Head;
        await log.AppendAsync(Entry("action", "account/4"));
        Assert.Empty((await log.VerifyAsync(kept, cancellationToken: Cancel)).Faults);

        await database.WriteAsync(
            (connection, cancellation) => connection.ExecuteAsync("DELETE FROM audit; DELETE FROM audit_kept", cancellation),
            Cancel
        );
        await database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync($"UPDATE audit_head SET sequence = 0, hash = '{AuditHash.Start}'", cancellation),
            Cancel
        );
        for (var i = 1; i <= 4; i++)
            await log.AppendAsync(Entry("action", $"another/{i}"));

        Assert.Empty((await log.VerifyAsync(cancellationToken: Cancel)).Faults);
        Assert.Equal([new AuditFault(3, AuditProblem.Rewritten)], (await log.VerifyAsync(kept, cancellationToken: Cancel)).Faults);
    }

    [Fact]
    public async Task UsualLook_GoesOnWhereTheLastOneEnded()
    {
        const int before = 1_100;
        var log = Log();
        await AppendManyAsync(log, before);

        var first = await log.VerifyAsync(range: new AuditRange(), cancellationToken: Cancel);
        for (var i = 0; i < 3; i++)
            await log.AppendAsync(Entry("action", "account/new"));
        var second = await log.VerifyAsync(range: new AuditRange(), cancellationToken: Cancel);

        Assert.Equal((1, before, null), (first.From, first.To, first.Next));
        Assert.Equal(first.Head, first.Kept);
        Assert.Equal((before + 3 - 1_000 + 1, before + 3, null), (second.From, second.To, second.Next)); // The newest are looked at in any case.
        Assert.Equal(second.Head, second.Kept);
        Assert.Empty(first.Faults.Concat(second.Faults));
    }

    [Fact]
    public async Task Range_IsLookedAtAlone_AndMovesTheKeptHeadOnlyWhenItJoins()
    {
        var database = Open();
        var log = Log(database);
        for (var i = 1; i <= 9; i++)
            await log.AppendAsync(Entry("action", $"account/{i}"));

        var apart = await log.VerifyAsync(range: new AuditRange(4, 6), cancellationToken: Cancel);
        var start = await log.VerifyAsync(range: new AuditRange(1, 5), cancellationToken: Cancel);
        var joined = await log.VerifyAsync(range: new AuditRange(6, 7), cancellationToken: Cancel);
        await database.WriteAsync(
            (connection, cancellation) => connection.ExecuteAsync("UPDATE audit SET actor = 'x' WHERE sequence IN (2, 8)", cancellation),
            Cancel
        );
        var broken = await log.VerifyAsync(range: new AuditRange(8), cancellationToken: Cancel);
        var whole = await log.VerifyAsync(range: new AuditRange(1), cancellationToken: Cancel);

        Assert.Equal((4, 6, 7L, null), (apart.From, apart.To, apart.Next, apart.Kept));
        Assert.Equal((5L, 7L, 7L), (start.Kept!.Sequence, joined.Kept!.Sequence, broken.Kept!.Sequence));
        Assert.Equal([new AuditFault(8, AuditProblem.Changed)], broken.Faults);
        Assert.Equal([new AuditFault(2, AuditProblem.Changed), new AuditFault(8, AuditProblem.Changed)], whole.Faults);
    }

    [Theory]
    [InlineData("UPDATE audit_kept SET hash = (SELECT hash FROM audit WHERE sequence = 2)", 3, AuditProblem.Forged)]
    [InlineData("UPDATE audit_kept SET seal = 'x'", 3, AuditProblem.Forged)]
    [InlineData("UPDATE audit_kept SET sequence = 4, hash = (SELECT hash FROM audit WHERE sequence = 4)", 4, AuditProblem.Forged)]
    [InlineData("DELETE FROM audit WHERE sequence = 3", 3, AuditProblem.Removed)]
    public async Task KeptHeadThatWasTamperedWith_IsTold(string tampering, long sequence, AuditProblem problem)
    {
        var database = Open();
        var log = Log(database);
        for (var i = 1; i <= 3; i++)
            await log.AppendAsync(Entry("action", $"account/{i}"));
        await log.VerifyAsync(range: new AuditRange(), cancellationToken: Cancel);
        await log.AppendAsync(Entry("action", "account/4"));

        await database.WriteAsync((connection, cancellation) => connection.ExecuteAsync(tampering, cancellation), Cancel);

        Assert.Contains(
            new AuditFault(sequence, problem),
            (await log.VerifyAsync(range: new AuditRange(), cancellationToken: Cancel)).Faults
        );
    }

    /// <summary>Who rewrites all rows, head included, cannot make the seal.</summary>
    [Fact]
    public async Task ChainThatWasRewrittenFromTheStart_IsToldByTheKeptHead()
    {
        var database = Open();
        var log = Log(database);
        for (var i = 1; i <= 3; i++)
            await log.AppendAsync(Entry("action", $"account/{i}"));
        await log.VerifyAsync(range: new AuditRange(), cancellationToken: Cancel);

        await database.WriteAsync((connection, cancellation) => connection.ExecuteAsync("DELETE FROM audit", cancellation), Cancel);
        await database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync($"UPDATE audit_head SET sequence = 0, hash = '{AuditHash.Start}'", cancellation),
            Cancel
        );
        for (var i = 1; i <= 4; i++)
            await log.AppendAsync(Entry("action", $"another/{i}"));

        Assert.Equal(
            [new AuditFault(3, AuditProblem.Rewritten)],
            (await log.VerifyAsync(range: new AuditRange(), cancellationToken: Cancel)).Faults
        );
    }

    /// <summary>The form of the hash is promised in docs/audit.md; here it is computed a second time, from that text.</summary>
    [Fact]
    public async Task Hash_IsWhatTheDocumentSays()
    {
        var log = Log();
        var intent = await log.AppendAsync(Entry("über", "account/ö"));
        var outcome = await log.AppendAsync(intent with { IntentSequence = intent.Sequence, Outcome = "succeeded" });

        var before = new byte[32];
        foreach (var entry in new[] { intent, outcome })
        {
            using var bytes = new MemoryStream();
            bytes.Write(before);
            string[] fields =
            [
                entry.Sequence.ToString(CultureInfo.InvariantCulture),
                entry.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture),
                entry.IntentSequence is { } of ? of.ToString(CultureInfo.InvariantCulture) : "",
                entry.Actor,
                entry.ActorName,
                entry.Address,
                entry.Action,
                entry.Target,
                entry.Outcome,
            ];
            foreach (var field in fields.Select(Encoding.UTF8.GetBytes))
            {
                bytes.Write([(byte)(field.Length >> 24), (byte)(field.Length >> 16), (byte)(field.Length >> 8), (byte)field.Length]);
                bytes.Write(field);
            }

            before = SHA256.HashData(bytes.ToArray());
            Assert.Equal(Convert.ToHexString(before).ToLowerInvariant(), entry.Hash);
        }
    }

    /// <summary>Some at a time, so that SQLite's writer takes them in batches.</summary>
    private static Task AppendManyAsync(SqlAuditLog log, int count) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancel },
            async (_, _) => await log.AppendAsync(Entry("action", "account/1"))
        );

    private static AuditEntry Entry(string action, string target) =>
        new()
        {
            Sequence = 0,
            At = default,
            Actor = "key:key_1",
            ActorName = "Jane's key",
            Address = "127.0.0.1",
            Action = action,
            Target = target,
        };

    private static async Task<List<AuditEntry>> ReadAllAsync(SqlAuditLog log)
    {
        var entries = new List<AuditEntry>();
        await foreach (var entry in log.ReadAsync(Cancel))
            entries.Add(entry);
        return entries;
    }

    private SqlAuditLog Log(ISqlDatabase? database = null) => new(database ?? Open(), _protection, _clock);
}
