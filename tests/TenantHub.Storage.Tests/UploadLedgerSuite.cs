using TenantHub.Storage.Sql;
using TenantHub.Transfers;
using Xunit;

namespace TenantHub.Storage;

public sealed class SqliteUploadLedgerTests : UploadLedgerSuite<Sqlite.SqliteFile>;

public sealed class PostgresUploadLedgerTests : UploadLedgerSuite<Postgres.PostgresTestDatabase>;

/// <summary>What the ledger of uploads must do, whatever the database.</summary>
public abstract class UploadLedgerSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Parts_AreKeptByNumber_AndForgottenWithTheirUpload()
    {
        var ledger = new SqlUploadLedger(Open());
        await ledger.RecordPartAsync("a/1", new UploadPart(2, 6_000_000_000, "aa", 1, Now));
        await ledger.RecordPartAsync("a/1", new UploadPart(1, 5, "bb", 3, Now));
        await ledger.RecordPartAsync("a/1", new UploadPart(2, 7, "cc", 2, Now.AddSeconds(1)));
        await ledger.RecordPartAsync("a/2", new UploadPart(1, 9, "dd", 1, Now));

        Assert.Equal([new UploadPart(1, 5, "bb", 3, Now), new(2, 7, "cc", 2, Now.AddSeconds(1))], await ledger.ReadPartsAsync("a/1"));
        await ledger.ForgetPartsAsync("a/1");
        Assert.Empty(await ledger.ReadPartsAsync("a/1"));
        Assert.Single(await ledger.ReadPartsAsync("a/2"));
    }

    [Fact]
    public async Task List_ShowsAnAccountItsOwn_NewestFirst_PageByPage()
    {
        var ledger = new SqlUploadLedger(Open());
        var uploads = Enumerable.Range(0, 5).Select(i => Upload("mine", $"upl_{4 - i}", Now.AddMinutes(i / 2))).ToList();
        foreach (var upload in uploads)
            await ledger.UpsertAsync(upload);
        await ledger.UpsertAsync(Upload("theirs", "upl_0", Now));
        await ledger.UpsertAsync(uploads[0] with { Status = UploadStatus.Done, ItemId = "urn:item" });

        var first = await ledger.ListAsync("mine", null, 3, Cancel);
        var rest = await ledger.ListAsync("mine", new(first[^1].CreatedAt, first[^1].Id), 3, Cancel);

        Assert.Equal(["upl_0", "upl_2", "upl_1", "upl_4", "upl_3"], first.Concat(rest).Select(upload => upload.Id));
        Assert.Equal(
            (UploadStatus.Done, "urn:item"),
            rest.Where(upload => upload.Id == "upl_4").Select(upload => (upload.Status, upload.ItemId)).Single()
        );
    }

    private static UploadDescription Upload(string account, string id, DateTimeOffset at) =>
        new()
        {
            Id = id,
            AccountId = account,
            ProjectId = "p",
            FolderId = "f",
            FileName = "n",
            Mode = UploadMode.Through,
            Status = UploadStatus.Open,
            PartBytes = 5,
            CreatedAt = at,
            UpdatedAt = at,
            ExpiresAt = at,
        };
}
