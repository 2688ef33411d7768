using System.Globalization;
using TenantHub.Accounts;
using Xunit;

namespace TenantHub.Storage.Sqlite;

public sealed class SqliteAccountDirectoryTests : IDisposable
{
    private readonly SqliteFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task OlderRevision_DoesNotReplaceANewerOne()
    {
        await _fixture.Accounts.UpsertAsync(Account(1, revision: 5, label: "new"), TestContext.Current.CancellationToken);
        await _fixture.Accounts.UpsertAsync(Account(1, revision: 4, label: "old"), TestContext.Current.CancellationToken);

        var row = Assert.Single(await ListAsync(new AccountFilter()));
        Assert.Equal("new", row.Label);
    }

    [Fact]
    public async Task Pages_AreStableWhileAccountsAreAdded()
    {
        for (var i = 0; i < 10; i++) await _fixture.Accounts.UpsertAsync(Account(i), TestContext.Current.CancellationToken);
        var first = await ListAsync(new AccountFilter { PageSize = 4 });
        for (var i = 10; i < 15; i++) await _fixture.Accounts.UpsertAsync(Account(i), TestContext.Current.CancellationToken);
        var second = await ListAsync(new AccountFilter { Page = 2, PageSize = 4 });

        Assert.Equal(Enumerable.Range(0, 8).Select(Id), first.Concat(second).Select(account => account.Id));
    }

    [Fact]
    public async Task UnlinkedAccounts_AreShownOnlyWhenAskedFor()
    {
        await _fixture.Accounts.UpsertAsync(Account(1), TestContext.Current.CancellationToken);
        await _fixture.Accounts.UpsertAsync(Account(2) with { Status = AccountStatus.Unlinked }, TestContext.Current.CancellationToken);

        Assert.Equal([Id(1)], (await ListAsync(new AccountFilter())).Select(account => account.Id));
        Assert.Equal([Id(2)], (await ListAsync(new AccountFilter { Statuses = [AccountStatus.Unlinked] })).Select(account => account.Id));
    }

    [Fact]
    public async Task FilterValues_AreData_NotSql()
    {
        await _fixture.Accounts.UpsertAsync(Account(1), TestContext.Current.CancellationToken);

        Assert.Empty(await ListAsync(new AccountFilter { OriginOwnerIds = ["' OR 1=1 --"] }));
        Assert.Single(await ListAsync(new AccountFilter { OriginOwnerIds = ["owner 1", "'; DROP TABLE accounts; --"] }));
        Assert.Single(await ListAsync(new AccountFilter()));
    }

    private Task<IReadOnlyList<AccountDescription>> ListAsync(AccountFilter filter) => _fixture.Accounts.ListAsync(filter, TestContext.Current.CancellationToken);

    private static string Id(int i) => string.Create(CultureInfo.InvariantCulture, $"acc_{i:00000}");

    private static AccountDescription Account(int i, long revision = 1, string? label = null) => new()
    {
        Id = Id(i), Revision = revision, OriginOwnerId = $"owner {i}", OriginOwnerName = "Owner", Label = label, ClientId = "c", AccAccountId = "a", Region = "US", Type = "production",
        Status = AccountStatus.Active, Reason = "verified", StatusSince = DateTimeOffset.UnixEpoch, CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(i), UpdatedAt = DateTimeOffset.UnixEpoch,
    };
}
