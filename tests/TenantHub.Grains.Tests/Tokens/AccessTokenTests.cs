using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Tokens;

/// <summary>The token's lifetime, as the token endpoint sees it.</summary>
public sealed class AccessTokenTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private static readonly ActionRequest ListHubs = new("autodesk_list_hubs");
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3599);

    private SiloCluster Hub => fixture.Hub;

    [Fact]
    public async Task FreshToken_IsUsedUntilItsRenewalIsDue()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        Hub.Clock.Advance(Lifetime - TimeSpan.FromMinutes(8));

        await RunAsync(account);

        Assert.Equal(1, await TokenRequestsAsync(clientId));
    }

    [Fact]
    public async Task TokenNearItsEnd_IsRenewedBehindTheCallersBack_Once()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        Hub.Clock.Advance(Lifetime - TimeSpan.FromMinutes(2));

        // The first call still goes out with the old token and sets off the renewal; the journal tells when it has arrived.
        for (var i = 0; i < 200 && await TokenRequestsAsync(clientId) == 1; i++)
            await RunAsync(account);
        for (var i = 0; i < 20; i++)
            await RunAsync(account);

        Assert.Equal(2, await TokenRequestsAsync(clientId));
        Assert.DoesNotContain(await Hub.Emulator.JournalAsync(clientId), record => record.Status == 401);
    }

    [Fact]
    public async Task ExpiredToken_IsReplacedBeforeTheCall_OnceForAllCallers()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        Hub.Clock.Advance(Lifetime + TimeSpan.FromMinutes(1));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RunAsync(account)));

        Assert.Equal(2, await TokenRequestsAsync(clientId));
        Assert.DoesNotContain(await Hub.Emulator.JournalAsync(clientId), record => record.Status == 401);
    }

    [Fact]
    public async Task LiveState_TellsTheLifetimeAndNeverTheToken()
    {
        var (account, _, _) = await Hub.LinkAsync();
        await RunAsync(account);

        var state = await account.GetLiveStateAsync();

        var token = Assert.Single(state!.AccessTokens, token => token.Scopes is ["data:read"]);
        Assert.Equal(Hub.Clock.GetUtcNow() + Lifetime, token.ExpiresAt);
    }

    /// <summary>The requests for the token that the calls use; the doctor asks for others when the account is linked.</summary>
    private async Task<int> TokenRequestsAsync(string clientId) =>
        (await Hub.Emulator.JournalAsync(clientId, tokens: true)).Count(record => record.IsToken && record.Scopes is ["data:read"]);

    private static async Task RunAsync(ILinkedAccountGrain account) =>
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(ListHubs, TestContext.Current.CancellationToken));
}
