using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Events;
using TenantHub.Linking;
using TenantHub.Profiles;
using TenantHub.Testing;
using TenantHub.Tokens;
using Xunit;

namespace TenantHub;

/// <summary>Asking for what is not there leaves nothing behind.</summary>
public sealed class UnknownIdTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    /// <summary>A fault would tell who asks that the id is unknown and not somebody else's, and would fill the log.</summary>
    [Fact]
    public async Task UnknownAccountThatIsAskedForManyTimesAtOnce_IsNeverAFault()
    {
        foreach (var _ in Enumerable.Range(0, 20))
        {
            var account = fixture.Hub.Account(LinkedAccountId.New(TimeProvider.System).Value);
            var subscriptions = fixture.Hub.Grains.GetGrain<ISubscriptionsGrain>(account.GetPrimaryKeyString());
            var upload = fixture.Hub.Grains.GetGrain<Transfers.IUploadGrain>(account.GetPrimaryKeyString() + "/upl_1");
            await Task.WhenAll(
                Enumerable
                    .Range(0, 30)
                    .SelectMany(_ =>
                        new Task[]
                        {
                            account.RunActionAsync(new ActionRequest("autodesk_list_hubs"), TestContext.Current.CancellationToken),
                            subscriptions.ListAsync(),
                            upload.DescribeAsync(),
                        }
                    )
            );
        }
    }

    [Fact]
    public async Task GrainsWithoutARecord_LeaveAfterAShortStay()
    {
        var grains = fixture.Hub.Grains;
        foreach (var i in Enumerable.Range(0, 200))
        {
            await grains.GetGrain<IConnectSessionGrain>($"session-{i}").DescribeAsync();
            await grains
                .GetGrain<IConnectSessionGrain>($"submitted-{i}")
                .SubmitAsync(new LinkSubmission { AccountIdText = "x", Region = "US" });
            await grains
                .GetGrain<IConnectSessionGrain>($"refused-{i}")
                .CreateAsync(
                    new ConnectSessionRequest
                    {
                        OriginOwnerId = "o",
                        OriginOwnerName = "O",
                        ProfileId = "unknown",
                    }
                );
            await grains
                .GetGrain<IAccessTokenGrain>($"unknown-{i}|v|scope")
                .GetAsync(new AccessTokenRequest($"unknown-{i}", new Secret("x"), ["data:read"], 0));
            await grains.GetGrain<IConnectSessionGrain>($"checked-{i}").CheckAsync();
            await grains.GetGrain<IConnectorProfileGrain>($"profile-{i}").DescribeAsync();
            await grains
                .GetGrain<IConnectorProfileGrain>($"updated-{i}")
                .UpdateAsync(new UpdateProfileRequest { Name = "x" }, TestContext.Current.CancellationToken);
            await grains.GetGrain<IProfileAppGrain>($"app-{i}").GetAppAsync();
            await grains.GetGrain<IProfileSweepGrain>($"sweep-{i}").ProgressAsync();
            var account = grains.GetGrain<ILinkedAccountGrain>(LinkedAccountId.New(TimeProvider.System).Value);
            await account.GetLiveStateAsync();
            await account.RunActionAsync(new ActionRequest("autodesk_list_hubs"), TestContext.Current.CancellationToken);
            await grains
                .GetGrain<ILinkedAccountGrain>(LinkedAccountId.New(TimeProvider.System).Value)
                .LinkAsync(
                    new LinkAccountRequest
                    {
                        OriginOwnerId = "o",
                        OriginOwnerName = "O",
                        ProfileId = "unknown",
                        AccAccountId = Guid.NewGuid().ToString(),
                    },
                    TestContext.Current.CancellationToken
                );
            await grains.GetGrain<IEventDeliveryGrain>($"endpoint|event-{i}").ReplayAsync();
            await grains.GetGrain<Transfers.IUploadGrain>($"acc_{i}/upl_{i}").DescribeAsync();
        }

        string[] kinds =
        [
            "ConnectSessionGrain",
            "AccessTokenGrain",
            "ConnectorProfileGrain",
            "ProfileSweepGrain",
            "EventDeliveryGrain",
            "UploadGrain",
            "LinkedAccountGrain",
        ];
        fixture.Hub.Clock.Advance(ShortStay.Length);
        await Until.TrueAsync(async () => await CountAsync() == 0, "every grain without a record has left"); // Deactivation ends after the answer.

        async Task<int> CountAsync()
        {
            var statistics = await grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics(TestContext.Current.CancellationToken);
            return statistics
                .Where(kind => kinds.Any(name => kind.GrainType.Contains(name, StringComparison.Ordinal)))
                .Sum(kind => kind.ActivationCount);
        }
    }
}
