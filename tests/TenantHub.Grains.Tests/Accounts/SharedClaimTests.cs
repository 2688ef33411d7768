using Microsoft.Extensions.DependencyInjection;
using TenantHub.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Accounts;

/// <summary>Several want one Autodesk account, or change one linked account, while Autodesk is being asked.</summary>
public sealed class SharedClaimTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SiloCluster Hub => fixture.Hub;

    /// <summary>
    /// Two links of one owner share one claim. When one of them fails it gives the claim up for both, and another owner may be faster than
    /// the one that goes on.
    /// </summary>
    [Fact]
    public async Task LinkWhoseClaimWasGivenUpMeanwhile_IsUndone_WhenAnotherOwnerWasFaster()
    {
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        var accAccountId = (string)(await Hub.Emulator.AddAccountAsync([clientId]))["acc_account_id"]!;
        await Hub.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/project" },
                kind = "latency",
                delay_ms = 30_000,
                times = 1,
            }
        );
        var slow = NewAccount();
        var linking = slow.LinkAsync(Link("one", secret), Cancel);
        await Until.TrueAsync(() => Hub.Emulator.Delayed > 0, "the first link is at Autodesk");
        var failed = await NewAccount().LinkAsync(Link("one", "not-the-secret"), Cancel);
        var other = NewAccount();

        var linked = await other.LinkAsync(Link("two", secret), Cancel);
        await Hub.PassTimeUntilAsync(linking, other);

        Assert.IsType<AccountResult.Failed>(failed);
        Assert.Equal(AccountStatus.Active, Assert.IsType<AccountResult.Described>(linked).Account.Status);
        Assert.Equal(ErrorCode.AccountTaken, Assert.IsType<AccountResult.Failed>(await linking).Error.Code);
        Assert.Equal(ErrorCode.AccountNotFound, Assert.IsType<AccountResult.Failed>(await slow.DescribeAsync()).Error.Code);
        var claims = await Hub.Silo.GetRequiredService<IAccountClaims>().ListConflictsAsync(Cancel);
        Assert.Equal(
            [("one", ClaimState.Refused), ("two", ClaimState.Holder)],
            claims.Where(claim => claim.Account.ClientId == clientId).Select(claim => (claim.OwnerId, claim.State)).Order()
        );
        var sent = (await Hub.Emulator.JournalAsync(clientId)).Count;
        Assert.IsType<ActionResult.Failed>(await slow.RunActionAsync(new ActionRequest("autodesk_list_hubs"), Cancel));
        Assert.Equal(sent, (await Hub.Emulator.JournalAsync(clientId)).Count);

        LinkAccountRequest Link(string owner, string with) =>
            new()
            {
                OriginOwnerId = owner,
                OriginOwnerName = owner,
                ClientId = clientId,
                ClientSecret = new Secret(with),
                AccAccountId = accAccountId,
            };
    }

    [Fact]
    public async Task ChangeThatAnotherChangeHasOvertaken_IsRefused()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        await Hub.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/project" },
                kind = "latency",
                delay_ms = 30_000,
                times = 1,
            }
        );
        var slow = account.UpdateAsync(new UpdateAccountRequest { Label = "of the slow one", Verify = true }, Cancel);
        await Until.TrueAsync(() => Hub.Emulator.Delayed > 0, "the first change is at Autodesk");

        var moved = await account.UpdateAsync(
            new UpdateAccountRequest
            {
                OriginOwnerId = "another",
                OriginOwnerName = "Another",
                MayShareAccount = true,
            },
            Cancel
        );
        await Hub.PassTimeUntilAsync(slow, account);

        Assert.IsType<AccountResult.Described>(moved);
        Assert.Contains("has changed account", Assert.IsType<AccountResult.Failed>(await slow).Error.Detail, StringComparison.Ordinal);
        var after = Assert.IsType<AccountResult.Described>(await account.DescribeAsync()).Account;
        Assert.Equal(("another", null), (after.OriginOwnerId, after.Label));
    }

    private ILinkedAccountGrain NewAccount() => Hub.Account(LinkedAccountId.New(Hub.Clock).Value);
}
