using TenantHub.Events;
using TenantHub.Linking;
using TenantHub.Profiles;
using Xunit;

namespace TenantHub;

/// <summary>Asking for what is not there leaves nothing behind.</summary>
public sealed class UnknownIdTests(HubClusterFixture fixture) : IClassFixture<HubClusterFixture>
{
    [Fact]
    public async Task GrainsWithoutARecord_LeaveAtOnce()
    {
        var grains = fixture.Hub.Grains;
        foreach (var i in Enumerable.Range(0, 200))
        {
            await grains.GetGrain<IConnectSessionGrain>($"session-{i}").DescribeAsync();
            await grains.GetGrain<IConnectSessionGrain>($"submitted-{i}").SubmitAsync(new LinkSubmission { AccountIdText = "x", Region = "US" });
            await grains.GetGrain<IConnectSessionGrain>($"checked-{i}").CheckAsync();
            await grains.GetGrain<IConnectorProfileGrain>($"profile-{i}").DescribeAsync();
            await grains.GetGrain<IConnectorProfileGrain>($"updated-{i}").UpdateAsync(new UpdateProfileRequest { Name = "x" }, TestContext.Current.CancellationToken);
            await grains.GetGrain<IProfileAppGrain>($"app-{i}").GetAppAsync();
            await grains.GetGrain<IProfileSweepGrain>($"sweep-{i}").ProgressAsync();
            await grains.GetGrain<IEventDeliveryGrain>($"endpoint|event-{i}").ReplayAsync();
        }

        string[] kinds = ["ConnectSessionGrain", "ConnectorProfileGrain", "ProfileSweepGrain", "EventDeliveryGrain"];
        var since = TimeProvider.System.GetTimestamp();
        int left;
        do
        {
            var statistics = await grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics(TestContext.Current.CancellationToken);
            left = statistics.Where(kind => kinds.Any(name => kind.GrainType.Contains(name, StringComparison.Ordinal))).Sum(kind => kind.ActivationCount);
        }
        while (left > 0 && TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(20)); // Deactivation ends after the answer.

        Assert.Equal(0, left);
    }
}
