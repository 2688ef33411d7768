using Microsoft.Extensions.Time.Testing;
using TenantHub.Accounts;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage;

public sealed class SqliteAccountClaimsTests : AccountClaimsSuite<Sqlite.SqliteFile>;

public sealed class PostgresAccountClaimsTests : AccountClaimsSuite<Postgres.PostgresTestDatabase>;

/// <summary>Whose an Autodesk account is, whatever the database.</summary>
public abstract class AccountClaimsSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private static readonly AutodeskAccount Account = new("client", "11111111-2222-4333-8444-555555555555");

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
    private ISqlDatabase? _database;

    [Fact]
    public async Task FirstOwner_Holds_AndTheSecondIsRefused_AndWrittenDown()
    {
        var claims = Claims();

        Assert.True(await claims.ClaimAsync(Account, "ann", "Ann", mayShare: false));
        Assert.True(await claims.ClaimAsync(Account, "ann", "Ann", mayShare: false)); // Again is no second one.
        Assert.False(await claims.ClaimAsync(Account, "ben", "Ben", mayShare: false));
        Assert.True(await claims.ClaimAsync(Account with { ClientId = "another" }, "ben", "Ben", mayShare: false));

        Assert.Equal([("ann", ClaimState.Holder), ("ben", ClaimState.Refused)], await ConflictsAsync(claims));
    }

    [Fact]
    public async Task ManyOwnersAtOnce_OneHolds()
    {
        var claims = Claims();
        await claims.ListConflictsAsync(Cancel);

        var granted = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => claims.ClaimAsync(Account, $"owner-{i}", "Owner", mayShare: false))
        );

        Assert.Single(granted, true);
    }

    [Fact]
    public async Task Operator_LetsTheSecondOwnerIn_ByWord_OrBeforehand()
    {
        var claims = Claims();
        await claims.ClaimAsync(Account, "ann", "Ann", mayShare: false);
        await claims.ClaimAsync(Account, "ben", "Ben", mayShare: false);

        Assert.True(await claims.ApproveAsync(Account, "ben"));
        Assert.False(await claims.ApproveAsync(Account, "cat")); // She never asked.

        Assert.True(await claims.ClaimAsync(Account, "ben", "Ben", mayShare: false));
        Assert.True(await claims.ClaimAsync(Account, "cat", "Cat", mayShare: true));
        Assert.Equal([("ann", ClaimState.Holder), ("ben", ClaimState.Shared), ("cat", ClaimState.Shared)], await ConflictsAsync(claims));
    }

    [Fact]
    public async Task ReleasedAccount_IsHeldByTheNextWhoSharedIt_AndThenFreeForAll()
    {
        var claims = Claims();
        await claims.ClaimAsync(Account, "ann", "Ann", mayShare: false);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await claims.ClaimAsync(Account, "ben", "Ben", mayShare: true);
        await claims.ClaimAsync(Account, "cat", "Cat", mayShare: false);

        await claims.ReleaseAsync(Account, "ann");
        var second = await claims.ClaimAsync(Account, "cat", "Cat", mayShare: false);
        await claims.ReleaseAsync(Account, "ben");
        var third = await claims.ClaimAsync(Account, "cat", "Cat", mayShare: false);

        Assert.Equal((false, true), (second, third));
        Assert.Empty(await claims.ListConflictsAsync(Cancel));
    }

    [Fact]
    public async Task OwnerWithAnotherLinkOfIt_KeepsIt()
    {
        var claims = Claims();
        await Directory().UpsertAsync(Linked("acc_1", "ann"), Cancel);
        await claims.ClaimAsync(Account, "ann", "Ann", mayShare: false);

        await claims.ReleaseAsync(Account, "ann");

        Assert.False(await claims.ClaimAsync(Account, "ben", "Ben", mayShare: false));
    }

    [Fact]
    public async Task ClaimWithNothingBehindIt_IsGoneAfterAWhile_AndOneWithALinkIsNot()
    {
        var claims = Claims();
        await claims.ClaimAsync(Account, "ann", "Ann", mayShare: false); // Its link never came about.
        _clock.Advance(TimeSpan.FromMinutes(9));
        var early = await claims.ClaimAsync(Account, "ben", "Ben", mayShare: false);
        _clock.Advance(TimeSpan.FromMinutes(2));
        var late = await claims.ClaimAsync(Account, "ben", "Ben", mayShare: false);

        await Directory().UpsertAsync(Linked("acc_1", "ben"), Cancel);
        _clock.Advance(TimeSpan.FromDays(1));
        var other = await claims.ClaimAsync(Account, "ann", "Ann", mayShare: false);

        Assert.Equal((false, true, false), (early, late, other));
    }

    [Fact]
    public async Task HolderWhoLinksAnew_HasItsTimeOnceMore()
    {
        var claims = Claims();
        await claims.ClaimAsync(Account, "ann", "Ann", mayShare: false);
        _clock.Advance(TimeSpan.FromMinutes(9));
        await claims.ClaimAsync(Account, "ann", "Ann", mayShare: false);
        _clock.Advance(TimeSpan.FromMinutes(9));

        Assert.False(await claims.ClaimAsync(Account, "ben", "Ben", mayShare: false));
    }

    [Fact]
    public async Task ApprovedOwnerWhoseLinkFails_MayTryAgain()
    {
        var claims = Claims();
        await claims.ClaimAsync(Account, "ann", "Ann", mayShare: false);
        await claims.ClaimAsync(Account, "ben", "Ben", mayShare: false);
        await claims.ApproveAsync(Account, "ben");

        await claims.ReleaseAsync(Account, "ben", keepsApproval: true);
        var again = await claims.ClaimAsync(Account, "ben", "Ben", mayShare: false);
        await claims.ReleaseAsync(Account, "ben"); // Unlinked for good.

        Assert.Equal((true, false), (again, await claims.ClaimAsync(Account, "ben", "Ben", mayShare: false)));
    }

    [Fact]
    public async Task LinkUnderAnotherClientId_HoldsNoClaimUnderThisOne()
    {
        var claims = Claims();
        await claims.ClaimAsync(Account, "ann", "Ann", mayShare: false);
        await Directory().UpsertAsync(Linked("acc_1", "ann") with { ClientId = "another" }, Cancel);

        await claims.ReleaseAsync(Account, "ann");

        Assert.True(await claims.ClaimAsync(Account, "ben", "Ben", mayShare: false));
    }

    [Fact]
    public async Task DismissedRefusal_IsForgotten()
    {
        var claims = Claims();
        await claims.ClaimAsync(Account, "ann", "Ann", mayShare: false);
        await claims.ClaimAsync(Account, "ben", "Ben", mayShare: false);

        Assert.True(await claims.DismissAsync(Account, "ben"));
        Assert.False(await claims.DismissAsync(Account, "ann")); // She holds it.
        Assert.Empty(await claims.ListConflictsAsync(Cancel));
    }

    private ISqlDatabase Opened => _database ??= Open();

    private SqlAccountClaims Claims() => new(Opened, _clock);

    private SqlAccountDirectory Directory() => new(Opened);

    private static async Task<List<(string, ClaimState)>> ConflictsAsync(SqlAccountClaims claims) =>
        [.. (await claims.ListConflictsAsync(Cancel)).Select(claim => (claim.OwnerId, claim.State))];

    private static AccountDescription Linked(string id, string owner) =>
        new()
        {
            Id = id,
            Revision = 1,
            OriginOwnerId = owner,
            OriginOwnerName = owner,
            ClientId = Account.ClientId,
            AccAccountId = Account.AccAccountId,
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
