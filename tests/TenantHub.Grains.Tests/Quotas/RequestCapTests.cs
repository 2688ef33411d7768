using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace TenantHub.Quotas;

public sealed class RequestCapTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task WhoComesBelowTheCap_EntersAtOnce()
    {
        var cap = new RequestCap(2, Minute, _clock);

        Assert.Null(await EnterAsync(cap, TimeSpan.Zero));
        Assert.Null(await EnterAsync(cap, TimeSpan.Zero));
    }

    [Fact]
    public async Task SentRequest_CountsUntilOneWindowAfterItsAnswer()
    {
        var cap = new RequestCap(1, Minute, _clock);
        await EnterAsync(cap, TimeSpan.Zero);
        _clock.Advance(TimeSpan.FromSeconds(10));
        cap.Leave(sent: true);
        _clock.Advance(TimeSpan.FromSeconds(59));

        Assert.Equal(TimeSpan.FromSeconds(1), await EnterAsync(cap, TimeSpan.Zero)); // The true wait.
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await EnterAsync(cap, TimeSpan.Zero));
    }

    [Fact]
    public async Task RequestThatWasNotSent_WasNeverCounted()
    {
        var cap = new RequestCap(1, Minute, _clock);
        await EnterAsync(cap, TimeSpan.Zero);

        cap.Leave(sent: false);

        Assert.Null(await EnterAsync(cap, TimeSpan.Zero));
    }

    [Fact]
    public async Task WhoMayWait_EntersWhenTheWindowIsOver()
    {
        var cap = new RequestCap(1, Minute, _clock);
        await EnterAsync(cap, TimeSpan.Zero);
        cap.Leave(sent: true);

        var waiting = EnterAsync(cap, Minute);
        _clock.Advance(TimeSpan.FromSeconds(59.9));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Null(await waiting);
    }

    [Fact]
    public async Task WhoGoesAway_TakesNoPlace()
    {
        var cap = new RequestCap(1, Minute, _clock);
        await EnterAsync(cap, TimeSpan.Zero);
        cap.Leave(sent: true);
        using var gone = new CancellationTokenSource();

        var waiting = cap.EnterAsync(Minute, gone.Token);
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _clock.Advance(Minute);
        Assert.Null(await EnterAsync(cap, TimeSpan.Zero));
    }

    private static Task<TimeSpan?> EnterAsync(RequestCap cap, TimeSpan maxWait) =>
        cap.EnterAsync(maxWait, TestContext.Current.CancellationToken);
}
