using Microsoft.Extensions.Time.Testing;
using TenantHub.Accounts;
using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;
using Xunit;
using static TenantHub.Accounts.HoldingKind;

namespace TenantHub.Storage;

public sealed class SqliteAccountHoldingsTests : AccountHoldingsSuite<SqliteFile>;

public sealed class PostgresAccountHoldingsTests : AccountHoldingsSuite<PostgresTestDatabase>;

/// <summary>What the record of accounts' things must do, whatever the database.</summary>
public abstract class AccountHoldingsSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private static readonly Holder Ann = new("client", "acc_ann");
    private static readonly Holder Ben = new("client", "acc_ben");

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task OnlyTheHolder_Holds_AndOnlyExactlyThis()
    {
        var holdings = Holdings();
        await holdings.RecordAsync(Ann, Bucket, "plans");

        Assert.Equal(["plans"], await holdings.FindAsync(Ann, Bucket, ["other", "plans", "Plans", "plans "], Cancel));
        Assert.Empty(await holdings.FindAsync(Ben, Bucket, ["plans"], Cancel));
        Assert.Empty(await holdings.FindAsync(Ann with { ClientId = "another" }, Bucket, ["plans"], Cancel));
        Assert.Empty(await holdings.FindAsync(Ann, Webhook, ["plans"], Cancel));
        Assert.Empty(await holdings.FindAsync(Ann, Bucket, [], Cancel));
    }

    [Fact]
    public async Task HeldOutsideAProfile_IsWhatAccountsOfNoneOrAnotherHold()
    {
        var database = Open();
        var (holdings, directory) = (new SqlAccountHoldings(database, _clock), new SqlAccountDirectory(database));
        foreach (
            var (account, profile, bucket) in new[]
            {
                ("acc_ann", "p1", "ann"),
                ("acc_ben", "p1", "ben"),
                ("acc_cat", "p2", "cat"),
                ("acc_dan", null, "dan"),
            }
        )
        {
            await directory.UpsertAsync(Linked(account, profile), Cancel);
            await holdings.RecordAsync(new Holder("client", account), Bucket, bucket);
        }

        // Nobody shares with who has left.
        await directory.UpsertAsync(Linked("acc_eve", "p1") with { Status = AccountStatus.Unlinked }, Cancel);
        await holdings.RecordAsync(new Holder("client", "acc_eve"), Bucket, "eve");

        string[] all = ["ann", "ben", "cat", "dan", "eve", "nobody's"];
        Assert.Equal(["cat", "dan", "eve"], (await holdings.FindHeldOutsideAsync(Ann, Bucket, all, "p1", Cancel)).Order());
        Assert.Empty(await holdings.FindHeldOutsideAsync(Ann with { ClientId = "another" }, Bucket, all, "p1", Cancel));
        Assert.Equal(
            ["ann", "ben", "cat", "eve"],
            (await holdings.FindHeldOutsideAsync(new Holder("client", "acc_dan"), Bucket, all, "", Cancel)).Order()
        ); // No profile is no family.
    }

    [Theory]
    [InlineData(Bucket)]
    [InlineData(Webhook)]
    public async Task WhatIsCreatedAnew_IsItsCreatorsAlone(HoldingKind kind)
    {
        var holdings = Holdings();
        await holdings.RecordAsync(Ann, kind, "x");
        await holdings.RecordAsync(Ann, kind, "x");
        await holdings.RecordAsync(Ben, kind, "x");

        Assert.Empty(await holdings.FindAsync(Ann, kind, ["x"], Cancel));
        Assert.Single(await holdings.FindAsync(Ben, kind, ["x"], Cancel));
    }

    [Theory]
    [InlineData(Project)]
    [InlineData(StorageObject)]
    public async Task ProjectsAndObjects_AreHeldByEveryAccountThatProvedIt(HoldingKind kind)
    {
        var holdings = Holdings();
        await holdings.RecordAsync(Ann, kind, "x");
        await holdings.RecordAsync(Ben, kind, "x");

        Assert.Single(await holdings.FindAsync(Ann, kind, ["x"], Cancel));
        Assert.Single(await holdings.FindAsync(Ben, kind, ["x"], Cancel));
    }

    [Fact]
    public async Task ThingOfAnother_CannotBeClaimed()
    {
        var holdings = Holdings();

        Assert.True(await holdings.TryRecordAsync(Ann, Bucket, "x"));
        Assert.True(await holdings.TryRecordAsync(Ann, Bucket, "x"));
        Assert.False(await holdings.TryRecordAsync(Ben, Bucket, "x"));

        Assert.Empty(await holdings.FindAsync(Ben, Bucket, ["x"], Cancel));
        Assert.True(await holdings.TryRecordAsync(Ben with { ClientId = "another" }, Bucket, "x")); // Other client ids see other buckets.
    }

    [Fact]
    public async Task OneOfManyClaims_Succeeds()
    {
        var holdings = Holdings();

        var claims = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => holdings.TryRecordAsync(Ann with { AccountId = $"acc_{i}" }, Webhook, "x"))
        );

        Assert.Single(claims, true);
    }

    [Fact]
    public async Task ForgettingOnesOwn_LeavesOthers()
    {
        var holdings = Holdings();
        await holdings.RecordAsync(Ann, Bucket, "a");
        await holdings.RecordAsync(Ben, Bucket, "b");
        await holdings.ForgetAsync(Ann, Bucket, "b");
        await holdings.ForgetAsync(Ann, Bucket, "a");

        Assert.Empty(await holdings.FindAsync(Ann, Bucket, ["a", "b"], Cancel));
        Assert.Single(await holdings.FindAsync(Ben, Bucket, ["b"], Cancel));
    }

    [Fact]
    public async Task AccountThatIsGone_KeepsWhatStaysAtAutodesk_AndTheSameOwnerTakesItBack()
    {
        var database = Open();
        var (holdings, directory) = (new SqlAccountHoldings(database, _clock), new SqlAccountDirectory(database));
        foreach (var kind in Enum.GetValues<HoldingKind>())
            await holdings.RecordAsync(Ann, kind, "x");
        await holdings.RecordAsync(Ben, Bucket, "y");
        await directory.UpsertAsync(
            Linked("acc_ann", null) with
            {
                OriginOwnerId = "ann",
                AccAccountId = "a",
                Status = AccountStatus.Unlinked,
            },
            Cancel
        );

        await holdings.ForgetPassingAsync(Ann.AccountId);

        foreach (var kind in Enum.GetValues<HoldingKind>())
            Assert.Equal(kind is Bucket or Webhook ? 1 : 0, (await holdings.FindAsync(Ann, kind, ["x"], Cancel)).Count);
        Assert.Equal([new Holding(Bucket, "x"), new Holding(Webhook, "x")], await holdings.ListLastingAsync(Ann.AccountId, 10));
        Assert.Equal("acc_ben", await holdings.FindHolderAsync("client", Bucket, "y"));

        var next = new Holder("client", "acc_next");
        Assert.Equal(0, await holdings.TakeBackAsync(next, "another", "a"));
        Assert.Equal(0, await holdings.TakeBackAsync(next, "ann", "another"));
        Assert.Equal(0, await holdings.TakeBackAsync(next with { ClientId = "another" }, "ann", "a"));
        Assert.Equal(2, await holdings.TakeBackAsync(next, "ann", "a"));
        Assert.Equal("acc_next", await holdings.FindHolderAsync("client", Bucket, "x"));
        Assert.Null(await holdings.FindHolderAsync("client", Bucket, "unknown"));
    }

    [Fact]
    public async Task ProofsRunOut_CreationsDoNot()
    {
        var database = Open();
        var holdings = Holdings(database);
        foreach (var kind in Enum.GetValues<HoldingKind>())
            await holdings.RecordAsync(Ann, kind, "x");
        _clock.Advance(TimeSpan.FromDays(20));
        await holdings.RecordAsync(Ann, Project, "x"); // Proven again.
        _clock.Advance(TimeSpan.FromDays(20));

        Assert.Single(await holdings.FindAsync(Ann, Project, ["x"], Cancel));
        Assert.Empty(await holdings.FindAsync(Ann, StorageObject, ["x"], Cancel));
        Assert.Single(await holdings.FindAsync(Ann, Bucket, ["x"], Cancel));

        await holdings.RecordAsync(Ann, Project, "y");
        Assert.Equal(
            4,
            await database.ReadAsync(
                (connection, cancellation) => connection.FirstAsync("SELECT count(*) FROM holdings", row => row.GetInt64(0), cancellation),
                Cancel
            )
        );
    }

    private SqlAccountHoldings Holdings(ISqlDatabase? database = null) => new(database ?? Open(), _clock);

    private static AccountDescription Linked(string id, string? profile) =>
        new()
        {
            Id = id,
            Revision = 1,
            OriginOwnerId = id,
            OriginOwnerName = id,
            ClientId = "client",
            ProfileId = profile,
            AccAccountId = id,
            Region = "US",
            Type = "production",
            Status = AccountStatus.Active,
            Reason = "verified",
            StatusSince = default,
            CreatedAt = default,
            UpdatedAt = default,
            QuotaWeight = 1,
        };
}
