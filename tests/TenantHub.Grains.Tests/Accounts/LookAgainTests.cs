using Xunit;

namespace TenantHub.Accounts;

/// <summary>An account that waits for its admin is looked at again, though nobody asks.</summary>
public sealed class LookAgainTests(HubClusterFixture fixture) : IClassFixture<HubClusterFixture>
{
    [Fact]
    public async Task WaitingAccount_BecomesActiveByItself_AndIsLookedAtLessAndLessOften()
    {
        var (account, _, clientId) = await fixture.Hub.LinkAsync(provisioned: false);
        var linked = Assert.IsType<AccountResult.Described>(await account.DescribeAsync()).Account;

        await LetPassAsync(TimeSpan.FromHours(2));
        var looks = (await fixture.Hub.Emulator.JournalAsync(clientId)).Count(record => record.Path == "/project/v1/hubs");
        await fixture.Hub.Emulator.AddAccountAsync([clientId], id: linked.AccAccountId);
        AccountStatus status;
        var hours = 0;
        do
        {
            await LetPassAsync(TimeSpan.FromHours(1));
            status = Assert.IsType<AccountResult.Described>(await account.DescribeAsync()).Account.Status;
        }
        while (status is not AccountStatus.Active && ++hours < 24);

        Assert.InRange(looks, 4, 12); // 1, 2, 4, 8 ... minutes after it was linked; a look each minute would be 120.
        Assert.Equal(AccountStatus.Active, status);
    }

    private async Task LetPassAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(30));
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMinutes(1))
        {
            fixture.Hub.Clock.Advance(TimeSpan.FromMinutes(1));
            await timer.WaitForNextTickAsync();
        }
    }
}
