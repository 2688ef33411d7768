using TenantHub.Accounts;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage.Sqlite;

public sealed class SqliteAccountDirectoryTests : AccountDirectorySuite<SqliteFile>
{
    public static TheoryData<AccountFilter, string> Plans { get; } =
        new()
        {
            { new AccountFilter(), "accounts_linked" },
            {
                new AccountFilter { OriginOwnerIds = ["o"] },
                "accounts_by_owner"
            },
            {
                new AccountFilter { OriginOwnerIds = ["o", "p"] },
                "accounts_by_owner"
            },
            {
                new AccountFilter { ProfileIds = ["p"] },
                "accounts_by_profile"
            },
            {
                new AccountFilter { Statuses = [AccountStatus.Error] },
                "accounts_by_status"
            },
            {
                new AccountFilter { OriginOwnerIds = ["o"], Statuses = [AccountStatus.Active] },
                "accounts_by_owner"
            },
            {
                new AccountFilter { OriginOwnerIds = ["o", "p"], Statuses = [AccountStatus.Active, AccountStatus.Error] },
                "accounts_by_owner"
            },
            {
                new AccountFilter { AccountIds = ["a", "b"], Statuses = [AccountStatus.Active] },
                "sqlite_autoindex_accounts_1"
            },
            {
                new AccountFilter { AccountIds = ["a"] },
                "sqlite_autoindex_accounts_1"
            },
            {
                new AccountFilter { AccountIds = ["a", "b"] },
                "sqlite_autoindex_accounts_1"
            },
            {
                new AccountFilter { Search = "word" },
                "accounts_linked"
            },
            {
                new AccountFilter { After = new AccountCursor(DateTimeOffset.UnixEpoch, "a") },
                "accounts_linked ((created_at,id)>(?,?))"
            },
            {
                new AccountFilter { OriginOwnerIds = ["o"], After = new AccountCursor(DateTimeOffset.UnixEpoch, "a") },
                "accounts_by_owner (origin_owner_id=? AND (created_at,id)>(?,?))"
            },
        };

    // All are queued before the first is awaited, so that the writer takes them in batches.
    protected override Task FillAsync(IAccountDirectory directory, IReadOnlyList<AccountDescription> accounts) =>
        Task.WhenAll(accounts.Select(account => directory.UpsertAsync(account, TestContext.Current.CancellationToken)));

    [Theory]
    [MemberData(nameof(Plans), DisableDiscoveryEnumeration = true)]
    public async Task EveryFilter_IsAnsweredFromAnIndex(AccountFilter filter, string index)
    {
        var (sql, parameters) = AccountQuery.Create(filter);
        var plan = await Open()
            .ReadAsync(
                (connection, cancellation) =>
                    connection.QueryAsync("EXPLAIN QUERY PLAN " + sql, row => row.GetString(3), cancellation, parameters),
                TestContext.Current.CancellationToken
            );

        Assert.Contains(plan, step => step.Contains($"INDEX {index}", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step == "SCAN accounts");
    }
}
