using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TenantHub.Actions;
using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;
using Xunit;

namespace TenantHub.Storage;

public sealed class SqliteIdempotencyStoreTests : IdempotencyStoreSuite<SqliteFile>;

public sealed class PostgresIdempotencyStoreTests : IdempotencyStoreSuite<PostgresTestDatabase>;

/// <summary>What the records of idempotency keys must do, whatever the database.</summary>
public abstract class IdempotencyStoreSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly EphemeralDataProtectionProvider _protection = new();

    [Fact]
    public async Task Intent_IsStoredOnce()
    {
        var store = Store();

        Assert.Null(await store.FindAsync("a", "k", Cancel));
        Assert.Equal(_clock.GetUtcNow(), await store.BeginAsync("a", "k", "hash"));
        Assert.Null(await store.BeginAsync("a", "k", "other"));

        Assert.Equal(new IdempotencyRecord("hash", _clock.GetUtcNow(), _clock.GetUtcNow(), null), await store.FindAsync("a", "k", Cancel));
    }

    [Fact]
    public async Task OneOfManyAtOnce_Begins()
    {
        var store = Store();

        var begun = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.BeginAsync("a", "k", "hash")));

        Assert.Single(begun, at => at is not null);
    }

    [Fact]
    public async Task OneOfManyWhoHaveSeenTheSameRecord_MaySendAgain()
    {
        var store = Store();
        var seen = (await store.BeginAsync("a", "k", "hash"))!.Value;
        _clock.Advance(TimeSpan.FromSeconds(3));

        var renewed = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.RenewAsync("a", "k", seen)));

        var at = Assert.Single(renewed, at => at is not null);
        Assert.Equal(new IdempotencyRecord("hash", seen, at!.Value, null), await store.FindAsync("a", "k", Cancel));
        Assert.NotNull(await store.RenewAsync("a", "k", at.Value)); // Its holder goes on, also at the same moment of its clock,
        Assert.Null(await store.RenewAsync("a", "k", at.Value)); // and nobody who knows an older record.
    }

    [Fact]
    public async Task AnsweredRecord_IsNotSentAgainAndForgottenOnlyByItsHolder()
    {
        var store = Store();
        var first = (await store.BeginAsync("a", "k", "hash"))!.Value;
        var second = (await store.RenewAsync("a", "k", first))!.Value;
        await store.ForgetAsync("a", "k", first); // Another one sends under it by now.
        Assert.NotNull(await store.FindAsync("a", "k", Cancel));

        await store.CompleteAsync("a", "k", new ActionResult.Succeeded(204, null, null));

        Assert.Null(await store.RenewAsync("a", "k", second));
        await store.ForgetAsync("a", "k", second);
        Assert.Null(await store.FindAsync("a", "k", Cancel));
    }

    [Fact]
    public async Task Answer_IsReadBackAndLiesSealed()
    {
        var database = Open();
        var store = Store(database);
        await store.BeginAsync("a", "k", "hash");
        await store.CompleteAsync(
            "a",
            "k",
            new ActionResult.Succeeded(201, new JsonBytes("{\"name\":\"Zoë PLANTED\"}"u8.ToArray()), "next")
        );

        var answer = (await store.FindAsync("a", "k", Cancel))!.Answer!;

        Assert.Equal(
            (201, "{\"name\":\"Zoë PLANTED\"}", "next"),
            (answer.ProviderStatus, Encoding.UTF8.GetString(answer.Data!.Span), answer.Next)
        );
        var stored = await database.ReadAsync(
            (connection, cancellation) => connection.FirstAsync("SELECT answer FROM idempotency", row => row.GetBytes(0), cancellation),
            Cancel
        );
        Assert.DoesNotContain("PLANTED", Encoding.Latin1.GetString(stored!), StringComparison.Ordinal);
    }

    /// <summary>Its holder looks and may send again: a key is not lost to one bad row.</summary>
    [Fact]
    public async Task AnswerThatCannotBeOpened_LeavesARecordWithoutOne()
    {
        var database = Open();
        var store = Store(database);
        var begun = (await store.BeginAsync("a", "k", "hash"))!.Value;
        await database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(
                    "UPDATE idempotency SET answer = @bad",
                    cancellation,
                    ("@bad", new byte[] { 0xde, 0xad, 0xbe, 0xef })
                ),
            Cancel
        );

        Assert.Equal(new IdempotencyRecord("hash", begun, begun, null), await store.FindAsync("a", "k", Cancel));

        Assert.NotNull(await store.RenewAsync("a", "k", begun));
        await store.CompleteAsync("a", "k", new ActionResult.Succeeded(201, null, null));
        Assert.Equal(201, (await store.FindAsync("a", "k", Cancel))!.Answer!.ProviderStatus);
    }

    [Fact]
    public async Task AccountsAndKeys_AreSeparate()
    {
        var store = Store();
        await store.BeginAsync("a", "k", "hash");

        Assert.NotNull(await store.BeginAsync("a", "k2", "hash"));
        await store.ForgetAsync("b", "k", (await store.BeginAsync("b", "k", "hash"))!.Value);

        Assert.Null(await store.FindAsync("b", "k", Cancel));
        Assert.NotNull(await store.FindAsync("a", "k", Cancel));
    }

    [Fact]
    public async Task RecordOfYesterday_CountsAsNone()
    {
        var store = Store();
        await store.BeginAsync("a", "k", "hash");
        _clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.NotNull(await store.FindAsync("a", "k", Cancel));
        await store.BeginAsync("a", "other", "hash"); // Deletes what is old, so that the next second's is not deleted but replaced.
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(await store.FindAsync("a", "k", Cancel));
        Assert.NotNull(await store.BeginAsync("a", "k", "another"));
        Assert.Equal("another", (await store.FindAsync("a", "k", Cancel))!.PayloadHash);
    }

    [Fact]
    public async Task OldRecords_AreDeletedWhenNewOnesCome()
    {
        var database = Open();
        var store = Store(database);
        await store.BeginAsync("a", "k", "hash");
        _clock.Advance(TimeSpan.FromHours(25));

        await store.BeginAsync("a", "k2", "hash");

        Assert.Equal(
            1,
            await database.ReadAsync(
                (connection, cancellation) =>
                    connection.FirstAsync("SELECT count(*) FROM idempotency", row => row.GetInt64(0), cancellation),
                Cancel
            )
        );
    }

    private SqlIdempotencyStore Store(ISqlDatabase? database = null) =>
        new(database ?? Open(), _protection, _clock, NullLogger<SqlIdempotencyStore>.Instance);
}
