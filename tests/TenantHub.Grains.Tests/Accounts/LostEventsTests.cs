using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using TenantHub.Actions;
using TenantHub.Events;
using Xunit;

namespace TenantHub.Accounts;

/// <summary>Whoever listens to an account's changes is never in the way of them.</summary>
public sealed class LostEventsTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The grain of the event endpoints cannot activate: what is stored for it is something else.</summary>
    [Fact]
    public async Task EventGrainThatIsLost_FailsNoChange_AndEndsNoActivation()
    {
        var hub = fixture.Hub;
        var endpoints = hub.Grains.GetGrain<IEventEndpointsGrain>("all");
        await hub
            .Silo.GetRequiredKeyedService<IGrainStorage>("Default")
            .WriteStateAsync("event-endpoints", endpoints.GetGrainId(), new GrainState<LinkedAccountState>(new()));
        await Assert.ThrowsAnyAsync<Exception>(() => endpoints.ListAsync());

        var (account, _, _) = await hub.LinkAsync();
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(new ActionRequest("autodesk_list_hubs"), Cancel));
        var suspended = await account.SuspendAsync();
        var resumed = await account.ResumeAsync(Cancel);

        Assert.Equal(AccountStatus.Suspended, Assert.IsType<AccountResult.Described>(suspended).Account.Status);
        Assert.Equal(AccountStatus.Active, Assert.IsType<AccountResult.Described>(resumed).Account.Status);
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(new ActionRequest("autodesk_list_hubs"), Cancel));
        Assert.Equal(2, (await account.GetLiveStateAsync())!.RecentCalls.Count); // In memory: the activation of before.
    }
}
