using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TenantHub.Accounts;
using TenantHub.Events;
using TenantHub.Storage.Sql;
using TenantHub.Transfers;
using Xunit;

namespace TenantHub.Storage;

public sealed class SqliteDamagedRowsTests : DamagedRowsSuite<Sqlite.SqliteFile>;

public sealed class PostgresDamagedRowsTests : DamagedRowsSuite<Postgres.PostgresTestDatabase>;

/// <summary>One row that cannot be read hides no other one, whatever the table and the database: of three rows the second is damaged.</summary>
public abstract class DamagedRowsSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly EphemeralDataProtectionProvider _keys = new();
    private readonly FakeTimeProvider _clock = new(Now);

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"id\":1}")]
    public async Task Account_StaysInTheList_WithWhatElseIsKnown(string description)
    {
        var database = Open();
        var directory = new SqlAccountDirectory(database);
        foreach (var number in new[] { 1, 2, 3 })
            await directory.UpsertAsync(Account(number), Cancel);
        await DamageAsync(database, "accounts", "description", "id", "acc_2", description);

        var listed = await directory.ListAsync(new AccountFilter { OriginOwnerIds = ["owner"] }, Cancel);

        Assert.Equal(["acc_1", "acc_2", "acc_3"], listed.Select(account => account.Id));
        Assert.Equal(Account(1), listed[0]);
        var known = Account(2);
        Assert.Equal(
            known with
            {
                OriginOwnerName = "owner",
                Reason = "listing_damaged",
                NextStep = "Rebuild the list of accounts with POST /accounts/rebuild.",
                UpdatedAt = known.StatusSince,
            },
            listed[1]
        );
        Assert.Equal(1, database.Damaged.Count);
        await directory.UpsertAsync(known, Cancel); // What the rebuild does, and the account's next activation.
        Assert.Equal(known, (await directory.ListAsync(new AccountFilter { AccountIds = ["acc_2"] }, Cancel)).Single());
    }

    [Fact]
    public async Task Profile_IsLeftOut()
    {
        var database = Open();
        var directory = new SqlProfileDirectory(database);
        foreach (var number in new[] { 1, 2, 3 })
            await directory.UpsertAsync(new($"profile_{number}", "client", null, [], Now.AddMinutes(number)) { Revision = 1 }, Cancel);
        await DamageAsync(database, "profiles", "description", "id", "profile_2");

        Assert.Equal(["profile_1", "profile_3"], (await directory.ListAsync(1, 10, Cancel)).Select(profile => profile.Id));
        await IsNamedOnceAsync(database, () => directory.ListAsync(1, 10, Cancel));
    }

    /// <summary>Whoever reads page by page takes one that is not full for the last.</summary>
    [Fact]
    public async Task Upload_IsLeftOut_AndThePageIsFull()
    {
        var database = Open();
        var ledger = new SqlUploadLedger(database);
        foreach (var number in new[] { 1, 2, 3, 4 })
            await ledger.UpsertAsync(
                new()
                {
                    Id = $"upl_{number}",
                    AccountId = "acc",
                    ProjectId = "p",
                    FolderId = "f",
                    FileName = "n",
                    Mode = UploadMode.Through,
                    Status = UploadStatus.Open,
                    PartBytes = 1,
                    CreatedAt = Now.AddMinutes(-number),
                    UpdatedAt = Now,
                    ExpiresAt = Now,
                }
            );
        await DamageAsync(database, "uploads", "description", "id", "upl_2");

        Assert.Equal(["upl_1", "upl_3"], (await ledger.ListAsync("acc", null, 2, Cancel)).Select(upload => upload.Id));
        await IsNamedOnceAsync(database, () => ledger.ListAsync("acc", null, 10, Cancel));
    }

    [Theory]
    [InlineData("call", "not sealed")]
    [InlineData("status", "odd")]
    public async Task Approval_IsLeftOut_AndNamedToWhoeverAsksForIt(string column, string value)
    {
        var database = Open();
        var store = new SqlApprovalStore(database, _keys);
        foreach (var number in new[] { 1, 2, 3 })
            await store.AddAsync(
                new()
                {
                    Id = $"apr_{number}",
                    AccountId = "acc",
                    ActionId = "autodesk_create_bucket",
                    CallerId = "key:key_1",
                    Fingerprint = $"print_{number}",
                    Call = JsonBytes.Parse("{}"),
                    RequestedAt = Now,
                    ExpiresAt = Now.AddHours(1),
                }
            );
        await DamageAsync(database, "approvals", column, "id", "apr_2", value, isText: column is "status");

        Assert.Equal(["apr_3", "apr_1"], (await store.ListAsync(2, null, Cancel)).Select(approval => approval.Id));
        Assert.Equal(["apr_1", "apr_3"], (await store.ListUntoldAsync(Now, 10, Cancel)).Select(approval => approval.Id));
        Assert.DoesNotContain(await store.ListPendingAsync(Now, 10, null, Cancel), approval => approval.Id is "apr_2");
        await IsDamageAsync("apr_2 of the table approvals", value, () => store.FindAsync("apr_2", Cancel));
        await IsNamedOnceAsync(database, () => store.ListAsync(10, null, Cancel));
    }

    [Fact]
    public async Task RecordedCall_IsNamedToWhoeverAsksForIt()
    {
        var database = Open();
        var recordings = new SqlCallRecordings(database, _keys, _clock);
        foreach (var number in new[] { 1, 2 })
            await recordings.AddAsync(
                new()
                {
                    AccountId = "acc",
                    CallId = $"call_{number}",
                    RecordingId = "rec",
                    ActionId = "autodesk_list_hubs",
                    StartedAt = Now,
                    Outcome = "succeeded",
                }
            );
        await DamageAsync(database, "recorded_calls", "content", "call_id", "call_2");

        Assert.NotNull(await recordings.FindAsync("acc", "call_1", Cancel));
        await IsDamageAsync("call_2 of the table recorded_calls", "not sealed", () => recordings.FindAsync("acc", "call_2", Cancel));
    }

    [Theory]
    [InlineData("content")]
    [InlineData("description")]
    public async Task Delivery_KeepsNoOtherFromBeingMade(string column)
    {
        var database = Open();
        var outbox = Outbox(database);
        await outbox.AddAsync([Due("a"), Due("b"), Due("c")]);
        await DamageAsync(database, "event_deliveries", column, "event_id", "b");

        Assert.Equal(["a", "c"], (await outbox.ListDueAsync("evep", [], 2)).Select(due => due.Event.Id));
        await IsNamedOnceAsync(database, () => outbox.ListAsync("evep", null, 10, Cancel));
        if (column is "description")
            await IsDamageAsync("b of the table event_deliveries", "not sealed", () => outbox.ReplayAsync("evep", "b"));
    }

    [Fact]
    public async Task CallbackAndEvent_HoldUpNoOther()
    {
        var database = Open();
        var store = new SqlAutodeskEventStore(database, Outbox(database), _keys, _clock);
        foreach (var number in new[] { 1, 2, 3 })
            await store.ReceiveAsync(
                new()
                {
                    Id = $"acb_{number}",
                    AccountId = "acc",
                    Hook = "hook",
                    ReceivedAt = Now,
                    Headers = new Dictionary<string, string>(),
                    Body = [1],
                },
                Cancel
            );
        string[] told = ["a", "b", "c"];
        await store.AppendAsync("acc", [.. told.Select(print => AutodeskEventStoreSuite<TDatabase>.Event(print))], []);
        await DamageAsync(database, "autodesk_callbacks", "content", "id", "acb_2");
        await DamageAsync(database, "autodesk_events", "payload", "fingerprint", "b");

        Assert.Equal(["acb_1", "acb_3"], (await store.ListDueAsync("acc", 2)).Select(callback => callback.Id));
        Assert.Equal([1, 3], (await store.ListAsync("acc", 0, 2, Cancel)).Select(each => each.Sequence));
        Assert.Equal(2, database.Damaged.Count);
    }

    /// <summary>The batch that cannot be read goes with the tidying, and does not hold it up.</summary>
    [Fact]
    public async Task BatchOfCalls_HidesOnlyItsOwn()
    {
        var database = Open();
        var records = Enumerable.Range(0, 20).Select(CallLogSuite<TDatabase>.Record).ToList();
        await database.WriteAsync(
            (connection, cancellation) =>
                CallLogQuery.InsertAsync(connection, [.. records.Select(record => CallBatch.Of([record]))], cancellation),
            Cancel
        );
        await DamageAsync(database, "call_batches", "body", "id", records[7].Id);
        using var log = new SqlCallLog(database, Options.Create(new CallLogOptions()), _clock, NullLogger<SqlCallLog>.Instance);
        var others = records.Where(record => record != records[7]).Select(record => record.Id).ToHashSet();

        Assert.Equal(others, await IdsAsync());
        _clock.Advance(TimeSpan.FromMinutes(10));
        await log.TidyAsync();

        Assert.Equal(others, await IdsAsync());
        Assert.Equal(
            1,
            await database.ReadAsync(
                (connection, cancel) => connection.FirstAsync("SELECT count(*) FROM call_batches", row => row.GetInt64(0), cancel),
                Cancel
            )
        );

        async Task<HashSet<string>> IdsAsync() => [.. (await log.ListAsync(new() { PageSize = 100 }, Cancel)).Select(record => record.Id)];
    }

    [Theory]
    [InlineData("state")]
    [InlineData("since")]
    public async Task Claim_IsLeftOut(string column)
    {
        var database = Open();
        var claims = new SqlAccountClaims(database, _clock);
        foreach (var owner in new[] { "first", "second", "third" })
            await claims.ClaimAsync(new("client", "account"), owner, "Owner", mayShare: false);
        await DamageAsync(database, "account_claims", column, "owner_id", "second", isText: true);

        Assert.Equal(["first", "third"], (await claims.ListConflictsAsync(Cancel)).Select(claim => claim.OwnerId));
    }

    [Fact]
    public async Task DroppedTable_IsNamed_WhileItRuns_AndAtTheNextStart()
    {
        var database = Open();
        await database.WriteAsync((connection, cancel) => connection.ExecuteAsync("DROP TABLE profiles", cancel), Cancel);

        await IsDamageAsync("profiles", "password", () => new SqlProfileDirectory(database).ListAsync(1, 10, Cancel));
        await database.WriteAsync(
            (connection, cancel) => connection.ExecuteAsync("ALTER TABLE approvals RENAME COLUMN client TO other", cancel),
            Cancel
        );
        await IsDamageAsync("client", "password", () => new SqlApprovalStore(database, _keys).FindAsync("apr_1", Cancel));
        var atStart = await Assert.ThrowsAsync<StorageException>(() => Open().ReadyAsync(Cancel));
        Assert.Contains("it lacks profiles", atStart.Message, StringComparison.Ordinal);
    }

    private static async Task DamageAsync(
        ISqlDatabase database,
        string table,
        string column,
        string key,
        string id,
        string value = "not sealed",
        bool isText = false
    ) =>
        Assert.Equal(
            1,
            await database.WriteAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        $"UPDATE {table} SET {column} = @value WHERE {key} = @id",
                        cancellation,
                        ("@value", isText ? value : System.Text.Encoding.UTF8.GetBytes(value)),
                        ("@id", id)
                    ),
                Cancel
            )
        );

    private static async Task IsDamageAsync<T>(string names, string value, Func<Task<T>> ask)
    {
        var fault = await Assert.ThrowsAsync<StorageException>(ask);
        Assert.True(fault.IsDamage);
        Assert.Contains(names, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, fault.ToString(), StringComparison.Ordinal);
    }

    private static async Task IsNamedOnceAsync<T>(ISqlDatabase database, Func<Task<T>> list)
    {
        await list();
        await list();
        Assert.Equal(1, database.Damaged.Count);
    }

    private SqlEventDeliveryStore Outbox(ISqlDatabase database) => new(database, _keys, Options.Create(new RetentionOptions()), _clock);

    private static DueDelivery Due(string id) => new("evep", new LifecycleEvent(id, "autodesk.event", Now, JsonBytes.Parse("{}")));

    private static AccountDescription Account(int number) =>
        new()
        {
            Id = $"acc_{number}",
            Revision = 7,
            OriginOwnerId = "owner",
            OriginOwnerName = "Owner",
            ProfileId = "main",
            ClientId = "client",
            AccAccountId = "target",
            Region = "US",
            Type = "production",
            Status = AccountStatus.Active,
            Reason = "verified",
            StatusSince = Now,
            CreatedAt = Now.AddMinutes(number),
            UpdatedAt = Now.AddHours(1),
        };
}
