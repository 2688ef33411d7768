using System.Text.Json;
using TenantHub.Accounts;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage;

/// <summary>What every account directory of ours must do, whatever the database.</summary>
public abstract class AccountDirectorySuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Puts many rows in faster than one by one.</summary>
    protected abstract Task FillAsync(IAccountDirectory directory, IReadOnlyList<AccountDescription> accounts);

    protected IAccountDirectory Accounts() => new SqlAccountDirectory(Open());

    [Fact]
    public async Task UntouchedDirectory_IsEmpty() => Assert.Empty(await Accounts().ListAsync(new AccountFilter(), Cancel));

    [Fact]
    public async Task Account_IsListedAsItWasPutIn()
    {
        var directory = Accounts();
        var account = Account(1) with
        {
            Label = "Zoë's \"hub\"; DROP TABLE accounts",
            NextStep = "Ask the admin.",
            CreatedAt = Start.ToOffset(TimeSpan.FromHours(2)),
        };
        await directory.UpsertAsync(account, Cancel);

        Assert.Equal(account, Assert.Single(await directory.ListAsync(new AccountFilter(), Cancel)));
    }

    [Fact]
    public async Task OlderRevision_DoesNotReplaceANewerOne()
    {
        var directory = Accounts();
        await directory.UpsertAsync(Account(1) with { Revision = 5, Label = "five" }, Cancel);
        await directory.UpsertAsync(Account(1) with { Revision = 4, Label = "four" }, Cancel);

        Assert.Equal("five", Assert.Single(await directory.ListAsync(new AccountFilter(), Cancel)).Label);
    }

    [Fact]
    public async Task NewerRevision_ReplacesEveryColumn()
    {
        var directory = Accounts();
        await directory.UpsertAsync(Account(1) with { Revision = 5 }, Cancel);
        await directory.UpsertAsync(Account(1) with { Revision = 6, OriginOwnerId = "moved", Status = AccountStatus.Suspended }, Cancel);

        var found = await directory.ListAsync(
            new AccountFilter { OriginOwnerIds = ["moved"], Statuses = [AccountStatus.Suspended] },
            Cancel
        );
        Assert.Equal(6, Assert.Single(found).Revision);
        Assert.Empty(await directory.ListAsync(new AccountFilter { OriginOwnerIds = [Account(1).OriginOwnerId] }, Cancel));
    }

    /// <summary>The text that is searched is cut; half a letter is none to PostgreSQL.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task LongNamesOfLettersThatAreTwoCharacters_AreListed(int shift)
    {
        var directory = Accounts();
        var name = string.Concat(new string('x', shift), string.Concat(Enumerable.Repeat("😀", 127)));
        await directory.UpsertAsync(Account(1) with { OriginOwnerId = name, OriginOwnerName = name, Label = name }, Cancel);

        Assert.Single(await directory.ListAsync(new AccountFilter(), Cancel));
    }

    [Fact]
    public async Task LatestChanges_ComeFirst_OfThoseThatTheFilterLets()
    {
        var directory = Accounts();
        foreach (var (number, minutes) in new[] { (1, 30), (2, 50), (3, 10), (4, 40) })
            await directory.UpsertAsync(
                Account(number) with
                {
                    StatusSince = Start.AddMinutes(minutes),
                    OriginOwnerId = $"o{number / 3}",
                },
                Cancel
            );
        await directory.UpsertAsync(Account(3) with { StatusSince = Start.AddMinutes(60), OriginOwnerId = "o1", Revision = 9 }, Cancel);

        var all = await directory.ListAsync(new AccountFilter { LatestChangesFirst = true, PageSize = 3 }, Cancel);
        var some = await directory.ListAsync(new AccountFilter { LatestChangesFirst = true, OriginOwnerIds = ["o0"] }, Cancel);

        Assert.Equal([Account(3).Id, Account(2).Id, Account(4).Id], all.Select(account => account.Id));
        Assert.Equal([Account(2).Id, Account(1).Id], some.Select(account => account.Id));
    }

    [Fact]
    public async Task Accounts_AreFoundAndCountedByProfileAndByTheAutodeskAccountBehindThem()
    {
        var directory = Accounts();
        await directory.UpsertAsync(Account(1) with { ProfileId = "main", AccAccountId = "a" }, Cancel);
        await directory.UpsertAsync(Account(2) with { ProfileId = "main", AccAccountId = "b" }, Cancel);
        await directory.UpsertAsync(Account(3) with { ProfileId = "main", AccAccountId = "b", Status = AccountStatus.Unlinked }, Cancel);
        await directory.UpsertAsync(Account(4) with { ProfileId = null, AccAccountId = "b" }, Cancel);

        Assert.Equal(
            [Account(1).Id, Account(2).Id],
            (await directory.ListAsync(new AccountFilter { ProfileIds = ["main"] }, Cancel)).Select(account => account.Id)
        );
        Assert.Equal(
            Account(2).Id,
            Assert.Single(await directory.ListAsync(new AccountFilter { ProfileIds = ["main"], AccAccountIds = ["b"] }, Cancel)).Id
        );
        Assert.Equal(
            (2, 3),
            (
                await directory.CountAsync(new AccountFilter { ProfileIds = ["main"], PageSize = 1 }, Cancel),
                await directory.CountAsync(new AccountFilter(), Cancel)
            )
        );
    }

    [Fact]
    public async Task RowThatWasChangedBehindOurBack_IsPutRightByTheSameRevision()
    {
        var database = Open();
        var directory = new SqlAccountDirectory(database);
        await directory.UpsertAsync(Account(1), Cancel);
        await ExecuteAsync(database, "UPDATE accounts SET status = 'error', description = @bytes", ("@bytes", "{}"u8.ToArray()));

        await directory.UpsertAsync(Account(1), Cancel);

        Assert.Equal(Account(1), Assert.Single(await directory.ListAsync(new AccountFilter { Statuses = [AccountStatus.Active] }, Cancel)));
    }

    [Fact]
    public async Task Accounts_AreOrderedByCreationThenId()
    {
        var directory = Accounts();
        foreach (var (id, minute) in new[] { ("acc_c", 1), ("acc_b", 2), ("acc_a", 2), ("acc_d", 0) })
            await directory.UpsertAsync(
                Account(0) with
                {
                    Id = id,
                    CreatedAt = Start.AddMinutes(minute).ToOffset(TimeSpan.FromHours(minute)),
                },
                Cancel
            );

        Assert.Equal(["acc_d", "acc_c", "acc_a", "acc_b"], Ids(await directory.ListAsync(new AccountFilter(), Cancel)));
    }

    [Fact]
    public async Task UnlinkedAccounts_AreListedOnlyWhenAskedFor()
    {
        var directory = Accounts();
        await directory.UpsertAsync(Account(1), Cancel);
        await directory.UpsertAsync(Account(2) with { Status = AccountStatus.Unlinked }, Cancel);

        Assert.Equal([Account(1).Id], Ids(await directory.ListAsync(new AccountFilter(), Cancel)));
        Assert.Equal([Account(2).Id], Ids(await directory.ListAsync(new AccountFilter { Statuses = [AccountStatus.Unlinked] }, Cancel)));
        Assert.Equal(
            2,
            (await directory.ListAsync(new AccountFilter { Statuses = [AccountStatus.Unlinked, AccountStatus.Active] }, Cancel)).Count
        );
    }

    [Fact]
    public async Task Filters_AreCombined()
    {
        var directory = Accounts();
        for (var i = 0; i < 12; i++)
            await directory.UpsertAsync(
                Account(i) with
                {
                    OriginOwnerId = $"o{i % 3}",
                    Status = i % 2 == 0 ? AccountStatus.Active : AccountStatus.AwaitingProvisioning,
                },
                Cancel
            );

        Assert.Equal(
            [Account(4).Id, Account(10).Id],
            Ids(await directory.ListAsync(new AccountFilter { OriginOwnerIds = ["o1"], Statuses = [AccountStatus.Active] }, Cancel))
        );
        Assert.Equal(
            [Account(1).Id, Account(5).Id],
            Ids(
                await directory.ListAsync(
                    new AccountFilter
                    {
                        OriginOwnerIds = ["o1", "o2"],
                        AccountIds = [Account(5).Id, Account(1).Id, Account(3).Id],
                        Statuses = [AccountStatus.AwaitingProvisioning, AccountStatus.Error],
                    },
                    Cancel
                )
            )
        );
    }

    [Theory]
    [InlineData("acc_000001")]
    [InlineData("ÄRZTEHAUS")]
    [InlineData("ärzte")]
    [InlineData("kunde-77")]
    [InlineData("muster gmbh")]
    [InlineData("gmbh  köln Ärzte")]
    [InlineData("5f0b8f0e-0000")]
    [InlineData("100%_\\")]
    public async Task Search_FindsWhatHasAllWords(string words)
    {
        var directory = Accounts();
        await directory.UpsertAsync(
            Account(1) with
            {
                Label = "Ärztehaus Köln 100%_\\",
                OriginOwnerId = "Kunde-77",
                OriginOwnerName = "Muster GmbH",
            },
            Cancel
        );
        await directory.UpsertAsync(Account(2) with { Label = "100 \n ", AccAccountId = "6a000000-0000-4000-8000-000000000001" }, Cancel);
        await directory.UpsertAsync(Account(3) with { Status = AccountStatus.Unlinked, Label = words }, Cancel);

        Assert.Equal([Account(1).Id], Ids(await directory.ListAsync(new AccountFilter { Search = words }, Cancel)));
    }

    [Theory]
    [InlineData("musterkunde")]
    [InlineData("muster nichts")]
    [InlineData("muster%gmbh")]
    [InlineData("_uster")]
    [InlineData("acc_000001owner")]
    [InlineData("' OR 1=1 --")]
    public async Task Search_FindsNothingElse(string words)
    {
        var directory = Accounts();
        await directory.UpsertAsync(Account(1) with { Label = "Muster GmbH" }, Cancel);

        Assert.Empty(await directory.ListAsync(new AccountFilter { Search = words }, Cancel));
    }

    [Fact]
    public async Task SearchAndFilters_AreCombined()
    {
        var directory = Accounts();
        for (var i = 0; i < 6; i++)
            await directory.UpsertAsync(
                Account(i) with
                {
                    Label = i < 4 ? "Tower" : "Bridge",
                    OriginOwnerId = $"o{i % 2}",
                    Status = i == 1 ? AccountStatus.Error : AccountStatus.Active,
                },
                Cancel
            );

        Assert.NotEmpty(await directory.ListAsync(new AccountFilter { Search = "t" }, Cancel)); // The beginning of a word ...
        Assert.NotEmpty(await directory.ListAsync(new AccountFilter { Search = "to ower" }, Cancel));
        Assert.Empty(await directory.ListAsync(new AccountFilter { Search = "we" }, Cancel)); // ... and, for so few letters, not its middle.
        var found = await directory.ListAsync(
            new AccountFilter
            {
                Search = "tower",
                OriginOwnerIds = ["o1"],
                Statuses = [AccountStatus.Active],
            },
            Cancel
        );

        Assert.Equal([Account(3).Id], Ids(found));
    }

    /// <summary>Between any two pages accounts come, go and change; who follows the cursor sees every account that was there all the time
    /// exactly once.</summary>
    [Fact]
    public async Task PagesByCursor_AreStableWhileAccountsComeAndGo()
    {
        var directory = Accounts();
        var there = Enumerable.Range(10, 30).Select(i => Account(i) with { CreatedAt = Start.AddMinutes(i / 3) }).ToList(); // Three share each time.
        foreach (var account in there)
            await directory.UpsertAsync(account, Cancel);

        var seen = new List<string>();
        AccountCursor? after = null;
        for (var round = 0; ; round++)
        {
            var page = await directory.ListAsync(new AccountFilter { PageSize = 7, After = after }, Cancel);
            if (page.Count == 0)
                break;
            seen.AddRange(Ids(page));
            after = AccountCursor.Parse(AccountCursor.After(page[^1]).ToString());
            await directory.UpsertAsync(Account(round) with { CreatedAt = Start.AddMinutes(-round) }, Cancel); // Before the place that was reached.
            await directory.UpsertAsync(there[round] with { Status = AccountStatus.Unlinked, Revision = 2 }, Cancel); // Seen already, and gone.
        }

        Assert.Equal(Ids(there), seen);
    }

    [Fact]
    public async Task Rebuild_MakesTheDirectoryFromTheStoredStates()
    {
        var database = Open();
        var directory = new SqlAccountDirectory(database);
        var accounts = Enumerable.Range(0, 1200).Select(i => Account(i) with { Label = $"label {i}", Revision = 3 }).ToList();
        foreach (var some in accounts.Chunk(50))
            await Task.WhenAll(some.Select(account => StoreStateAsync(database, account.Id, account))); // One flush each.
        foreach (var account in accounts[..100])
            await directory.UpsertAsync(account, Cancel); // Right already.
        await directory.UpsertAsync(accounts[100] with { Revision = 4, Label = "newer than the state that was read" }, Cancel);
        await directory.UpsertAsync(accounts[101] with { Revision = 2, Label = "older" }, Cancel);
        await directory.UpsertAsync(Account(5000), Cancel); // Stands for nothing.
        await StoreStateAsync(database, "acc_broken", null);
        await ExecuteAsync(
            database,
            "INSERT INTO grain_state VALUES('profile', 'connectorprofile/acc_000007', 1, @bytes, '')",
            ("@bytes", "{}"u8.ToArray())
        );

        var first = await directory.RebuildAsync(Cancel);
        var second = await directory.RebuildAsync(Cancel);

        Assert.Equal((1201, 1099, 1, "acc_broken"), (first.Accounts, first.Repaired, first.Removed, Assert.Single(first.Unreadable)));
        Assert.Equal((1201, 0, 0), (second.Accounts, second.Repaired, second.Removed));
        var listed = await directory.ListAsync(new AccountFilter { PageSize = 2000 }, Cancel);
        accounts[100] = accounts[100] with { Revision = 4, Label = "newer than the state that was read" };
        Assert.Equal(accounts, listed);
        Assert.Equal([accounts[1100].Id], Ids(await directory.ListAsync(new AccountFilter { Search = "label 1100" }, Cancel)));
    }

    [Fact]
    public async Task Profiles_AreFilteredBy_AndFollowTheAccount()
    {
        var directory = Accounts();
        await directory.UpsertAsync(Account(1) with { ProfileId = "p" }, Cancel);
        await directory.UpsertAsync(Account(2) with { ProfileId = "q" }, Cancel);
        await directory.UpsertAsync(Account(3), Cancel);
        await directory.UpsertAsync(Account(4) with { ProfileId = "q" }, Cancel);
        await directory.UpsertAsync(Account(4) with { ProfileId = "p", Revision = 2 }, Cancel);

        Assert.Equal([Account(1).Id, Account(4).Id], Ids(await directory.ListAsync(new AccountFilter { ProfileIds = ["p"] }, Cancel)));
        Assert.Equal(
            3,
            (
                await directory.ListAsync(
                    new AccountFilter { ProfileIds = ["p", "q"], OriginOwnerIds = [Account(1).OriginOwnerId] },
                    Cancel
                )
            ).Count
        );
    }

    [Theory]
    [InlineData("' OR 1=1 --")]
    [InlineData("[\"o\"]")]
    [InlineData("%")]
    public async Task FilterValues_AreNeverInterpreted(string value)
    {
        var directory = Accounts();
        await directory.UpsertAsync(Account(1), Cancel);

        Assert.Empty(await directory.ListAsync(new AccountFilter { OriginOwnerIds = [value] }, Cancel));
        Assert.Empty(await directory.ListAsync(new AccountFilter { AccountIds = [value, value + value] }, Cancel));
    }

    [Theory]
    [InlineData(0, 25)]
    [InlineData(1, 0)]
    public async Task PageOutOfRange_IsRefused(int page, int size) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            Accounts().ListAsync(new AccountFilter { Page = page, PageSize = size }, Cancel)
        );

    [Fact]
    public async Task ManyAccounts_PagesAreRightAtBothEndsAndUnderEveryFilter()
    {
        const int count = 2_000;
        var directory = Accounts();

        // Ten accounts share each creation time, so the id decides within it; every tenth is unlinked and missing from the usual list.
        var all = Enumerable
            .Range(0, count)
            .Select(i =>
                Account(i) with
                {
                    CreatedAt = Start.AddSeconds(i / 10),
                    OriginOwnerId = $"o{i % 20}",
                    Status =
                        i % 10 == 9 ? AccountStatus.Unlinked
                        : i % 10 == 3 ? AccountStatus.Error
                        : AccountStatus.Active,
                }
            )
            .ToList();
        await FillAsync(directory, all);

        var linked = all.Where(account => account.Status != AccountStatus.Unlinked).ToList();
        await ExpectAsync(linked, new AccountFilter { Page = 1 });
        await ExpectAsync(linked, new AccountFilter { Page = 72 });
        await ExpectAsync(linked, new AccountFilter { Page = 73 });
        await ExpectAsync(linked, new AccountFilter { Page = int.MaxValue, PageSize = int.MaxValue });
        await ExpectAsync(
            linked.Where(account => account.OriginOwnerId == "o15"),
            new AccountFilter { OriginOwnerIds = ["o15"], Page = 4 }
        );
        await ExpectAsync(
            linked.Where(account => account.OriginOwnerId is "o1" or "o2"),
            new AccountFilter { OriginOwnerIds = ["o1", "o2"], Page = 2 }
        );
        await ExpectAsync(
            all.Where(account => account.Status == AccountStatus.Error),
            new AccountFilter { Statuses = [AccountStatus.Error], Page = 8 }
        );

        async Task ExpectAsync(IEnumerable<AccountDescription> matching, AccountFilter filter)
        {
            var skipped = (int)Math.Min((filter.Page - 1L) * filter.PageSize, int.MaxValue);
            Assert.Equal(Ids(matching.Skip(skipped).Take(filter.PageSize)), Ids(await directory.ListAsync(filter, Cancel)));
        }
    }

    internal static AccountDescription Account(int number) =>
        new()
        {
            Id = $"acc_{number:d6}",
            Revision = 1,
            OriginOwnerId = "owner-1",
            OriginOwnerName = "Owner",
            ClientId = "client",
            AccAccountId = "5f0b8f0e-0000-4000-8000-000000000001",
            Region = "US",
            Type = "production",
            Status = AccountStatus.Active,
            Reason = "verified",
            StatusSince = Start,
            CreatedAt = Start.AddMinutes(number),
            UpdatedAt = Start,
        };

    /// <summary>The state as the account's grain stores it.</summary>
    private static Task<int> StoreStateAsync(ISqlDatabase database, string id, AccountDescription? account) =>
        ExecuteAsync(
            database,
            "INSERT INTO grain_state VALUES('account', @id, 1, @bytes, '')",
            ("@id", "linkedaccount/" + id),
            ("@bytes", StateOf(account))
        );

    protected static byte[] StateOf(AccountDescription? account) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                v = 1,
                type = "tenanthub.account-state",
                state = new { account, checks = Array.Empty<int>() },
            },
            StorageJson.Plain
        );

    private static Task<int> ExecuteAsync(ISqlDatabase database, string sql, params (string Name, object? Value)[] parameters) =>
        database.WriteAsync((connection, cancellation) => connection.ExecuteAsync(sql, cancellation, parameters), Cancel);

    private static IEnumerable<string> Ids(IEnumerable<AccountDescription> accounts) => accounts.Select(account => account.Id);
}
