using Polly;
using Polly.CircuitBreaker;
using TenantHub.Autodesk.Http;
using Xunit;

namespace TenantHub.Calls;

/// <summary>A closed breaker is told how attempts end; an open one stands around them. Both count alike.</summary>
public sealed class BreakersTests
{
    private static readonly Attempt Worked = new("acc", new ApsResponse.Answered(200, "/x", null), null);
    private static readonly Attempt Failed = new("acc", new ApsResponse.Answered(503, "/x", null), null);

    [Fact]
    public async Task BreakerThatIsToldOfOutages_Opens_AndThenLetsNothingThrough()
    {
        var breakers = new Breakers(null, NewBreaker());
        Assert.True(breakers.AreClosed);

        for (var i = 0; i < 4; i++)
            await breakers.TellAsync(Failed);

        Assert.False(breakers.AreClosed);
        var outcome = await breakers.RunAsync(_ => throw new InvalidOperationException("It must not be tried."), Cancel);
        Assert.IsType<BrokenCircuitException>(outcome.Exception);
    }

    [Fact]
    public async Task SuccessesAreCountedToo()
    {
        var breakers = new Breakers(null, NewBreaker());

        for (var i = 0; i < 12; i++)
            await breakers.TellAsync(i % 3 == 2 ? Failed : Worked);

        Assert.True(breakers.AreClosed); // A third fails; it opens at a half.
    }

    [Fact]
    public async Task OwnBreakerThatIsOpen_StopsTheAccount_AndTheSharedOneStaysClosed()
    {
        var (own, shared) = (NewBreaker(), NewBreaker());
        for (var i = 0; i < 4; i++)
            await own.TellAsync(Failed);

        Assert.False(new Breakers(own, shared).AreClosed);
        Assert.True(new Breakers(null, shared).AreClosed);
        Assert.IsType<BrokenCircuitException>((await new Breakers(own, shared).RunAsync(_ => Task.FromResult(Worked), Cancel)).Exception);
    }

    [Fact]
    public async Task TellingAnOpenBreaker_GivesTheAttemptBack()
    {
        var breakers = new Breakers(null, NewBreaker());
        for (var i = 0; i < 4; i++)
            await breakers.TellAsync(Failed);

        Assert.Same(Worked, await breakers.TellAsync(Worked)); // Sent before it opened; what came of it counts for the caller.
        Assert.False(breakers.AreClosed);
    }

    [Fact]
    public async Task FaultBehindBreakers_IsTheCallersAndNoOutage()
    {
        var breakers = new Breakers(null, NewBreaker());
        for (var i = 0; i < 8; i++)
        {
            var outcome = await breakers.RunAsync(_ => Task.FromException<Attempt>(new IOException("ours")), Cancel);
            Assert.IsType<IOException>(outcome.Exception);
        }

        Assert.True(breakers.AreClosed);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Breaker NewBreaker()
    {
        var state = new CircuitBreakerStateProvider();
        return new(
            state,
            new ResiliencePipelineBuilder<Attempt>()
                .AddCircuitBreaker(
                    new CircuitBreakerStrategyOptions<Attempt>
                    {
                        StateProvider = state,
                        FailureRatio = 0.5,
                        MinimumThroughput = 4,
                        ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is { IsOutage: true }),
                    }
                )
                .Build()
        );
    }
}
