using Xunit;

namespace TenantHub.Linking;

public sealed class ConnectSessionGrainTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
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
        } while (forgotten.Session is not null && TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30));

        Assert.Equal((ConnectSessionPhase.Open, ConnectSessionPhase.Expired), (opened.Session!.Phase, expired.Session!.Phase));
        Assert.Equal(ErrorCode.ConnectSessionExpired, refused.Error!.Code);
        Assert.Equal(ErrorCode.ConnectSessionNotFound, forgotten.Error?.Code);
        Assert.True(fixture.Hub.Clock.GetUtcNow() >= opened.Session.ExpiresAt.AddDays(1));
    }

    /// <summary>Who types something wrong twice is not kept waiting; who guesses waits longer each time, and after ten the session
    /// ends.</summary>
    [Fact]
    public async Task RefusedForms_MakeGrowingWaits_AndTheTenthEndsTheSession()
    {
        var session = fixture.Hub.Grains.GetGrain<IConnectSessionGrain>(ConnectSessionToken.KeyOf(ConnectSessionToken.New().Reveal()));
        await session.CreateAsync(new ConnectSessionRequest { OriginOwnerId = "owner-" + Guid.NewGuid(), OriginOwnerName = "Owner" });
        var waits = new List<double>();

        for (var refused = 0; refused < 10; )
        {
            var answer = await SubmitAsync();
            if (answer.Error is { Code: ErrorCode.TooManyRequests, RetryAfter: { } wait })
            {
                waits.Add(wait.TotalSeconds);
                fixture.Hub.Clock.Advance(wait);
                continue;
            }

            Assert.Equal(ErrorCode.InvalidInput, answer.Session?.LastError?.Code);
            refused++;
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 64], waits);
        Assert.Equal(ErrorCode.ConnectSessionExpired, (await SubmitAsync()).Error?.Code);

        Task<ConnectSessionResult> SubmitAsync() => session.SubmitAsync(new LinkSubmission { AccountIdText = "no id", Region = "US" });
    }

    [Fact]
    public async Task OwnersOpenSessions_AreLimited_UntilTheyEnd()
    {
        var owner = "owner-" + Guid.NewGuid();
        var results = new List<ConnectSessionResult>();
        for (var i = 0; i < 101; i++)
            results.Add(await OpenAsync());
        var other = await OpenAsync(owner + "-other");

        Assert.All(results.Take(100), result => Assert.Null(result.Error));
        Assert.Equal(ErrorCode.TooManyRequests, results[100].Error?.Code);
        Assert.Null(other.Error);
        fixture.Hub.Clock.Advance(results[100].Error!.RetryAfter!.Value);
        Assert.Null((await OpenAsync()).Error);

        Task<ConnectSessionResult> OpenAsync(string? of = null) =>
            fixture
                .Hub.Grains.GetGrain<IConnectSessionGrain>(ConnectSessionToken.KeyOf(ConnectSessionToken.New().Reveal()))
                .CreateAsync(new ConnectSessionRequest { OriginOwnerId = of ?? owner, OriginOwnerName = "Owner" });
    }
}
