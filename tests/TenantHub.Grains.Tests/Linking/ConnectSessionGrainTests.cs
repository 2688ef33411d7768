using Xunit;

namespace TenantHub.Linking;

public sealed class ConnectSessionGrainTests(HubClusterFixture fixture) : IClassFixture<HubClusterFixture>
{
    [Fact]
    public async Task Session_ExpiresAndIsForgottenADayLater()
    {
        var token = ConnectSessionToken.New().Reveal();
        var session = fixture.Hub.Grains.GetGrain<IConnectSessionGrain>(ConnectSessionToken.KeyOf(token));
        var opened = await session.CreateAsync(new ConnectSessionRequest { OriginOwnerId = "owner-1", OriginOwnerName = "Owner" });

        fixture.Hub.Clock.Advance(TimeSpan.FromHours(1));
        var expired = await session.DescribeAsync();
        var refused = await session.SubmitAsync(new LinkSubmission { AccountIdText = Guid.NewGuid().ToString(), Region = "US" });
        ConnectSessionResult forgotten;
        var started = TimeProvider.System.GetTimestamp();
        do
        {
            fixture.Hub.Clock.Advance(TimeSpan.FromMinutes(10));
            forgotten = await session.DescribeAsync();
        }
        while (forgotten.Session is not null && TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30));

        Assert.Equal((ConnectSessionPhase.Open, ConnectSessionPhase.Expired), (opened.Session!.Phase, expired.Session!.Phase));
        Assert.Equal(ErrorCode.ConnectSessionExpired, refused.Error!.Code);
        Assert.Equal(ErrorCode.ConnectSessionNotFound, forgotten.Error?.Code);
        Assert.True(fixture.Hub.Clock.GetUtcNow() >= opened.Session.ExpiresAt.AddDays(1));
    }
}
