using Xunit;

namespace TenantHub.Accounts;

/// <summary>An account that waits for its admin is looked at again, though nobody asks.</summary>
public sealed class LookAgainTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    [Fact]
    public async Task WaitingAccount_BecomesActiveByItself_AndIsLookedAtLessAndLessOften()
    {
        var (account, _, clientId) = await fixture.Hub.LinkAsync(provisioned: false);
        var linked = Assert.IsType<AccountResult.Described>(await account.DescribeAsync()).Account;

        await LetPassAsync(account, TimeSpan.FromHours(2));
        var looks = (await fixture.Hub.Emulator.JournalAsync(clientId)).Count(record => record.Path == "/project/v1/hubs");
        await fixture.Hub.Emulator.AddAccountAsync([clientId], id: linked.AccAccountId);
        AccountStatus status;
        var hours = 0;
        do
        {
            await LetPassAsync(account, TimeSpan.FromHours(1));
            status = Assert.IsType<AccountResult.Described>(await account.DescribeAsync()).Account.Status;
        } while (status is not AccountStatus.Active && ++hours < 24);

        Assert.InRange(looks, 2, 12); // 1, 2, 4, 8 ... minutes after it was linked, fewer on a busy machine; a look each minute would be 120.
        Assert.Equal(AccountStatus.Active, status);
    }

    /// <summary>
    /// Minute by minute. Between two of them go a few round trips through silo, database and emulator, the way that a look takes too, so
    /// that what a minute sets off is done before the next one, however busy the machine is.
    /// </summary>
    private async Task LetPassAsync(ILinkedAccountGrain account, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMinutes(1))
        {
            fixture.Hub.Clock.Advance(TimeSpan.FromMinutes(1));
            for (var trips = 0; trips < 5; trips++)
            {
                await account.DescribeAsync();
                await fixture.Hub.Emulator.PauseAsync();
            }
        }
    }
}
