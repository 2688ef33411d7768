using System.Net;
using TenantHub.Client.Actions;
using Xunit;

namespace TenantHub.Client.Http;

/// <summary>What is repeated, and under which key.</summary>
public sealed class RepeatTests
{
    private const string Read = AutodeskActions.ListHubs;
    private const string Write = AutodeskActions.CreateBucket;
    private static readonly Func<HttpResponseMessage> Good = StubServer.Answer("""{"data": {"id": 1}}""");

    private static readonly HashSet<ErrorCode> Passing =
    [
        ErrorCode.LaneFull,
        ErrorCode.QuotaExceeded,
        ErrorCode.AutodeskRateLimited,
        ErrorCode.TooManyRequests,
        ErrorCode.HubUnavailable,
        ErrorCode.StorageUnavailable,
        ErrorCode.IdempotencyKeyInUse,
        ErrorCode.AutodeskUnavailable,
        ErrorCode.AutodeskTimeout,
        ErrorCode.OutcomeUnknown,
    ];

    public static TheoryData<ErrorCode> Codes => [.. Enum.GetValues<ErrorCode>()];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Write_IsRepeatedUnderItsKey_WhenTheErrorPasses_AndOnlyThen(ErrorCode code)
    {
        using var hub = new StubServer(StubServer.Error(WireName.Of(code), 503), Good);

        var call = hub.Client.Account("acc_1").RunAsync(Write, cancellationToken: TestContext.Current.CancellationToken);

        if (!Passing.Contains(code))
        {
            var error = await Assert.ThrowsAsync<TenantHubException>(() => call);
            Assert.Equal(WireName.Of(code), error.Code);
            Assert.Single(hub.Seen);
            return;
        }

        var answer = await call;
        Assert.Equal(2, hub.Seen.Count);
        Assert.NotNull(hub.Seen[0].Key);
        Assert.Equal(hub.Seen[0].Key, hub.Seen[1].Key);
        Assert.Equal(hub.Seen[0].Key, answer.IdempotencyKey);
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError)]
    [InlineData(HttpRequestError.ResponseEnded)]
    [InlineData(HttpRequestError.Unknown)]
    public async Task BrokenConnection_IsRepeated_ForAReadAndForAWriteWithItsKey(HttpRequestError how)
    {
        using var hub = new StubServer(StubServer.Break(how), Good, StubServer.Break(how), Good);

        await hub.Client.Account("acc_1").RunAsync(Read, cancellationToken: TestContext.Current.CancellationToken);
        await hub.Client.Account("acc_1").RunAsync(Write, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([null, null], hub.Seen.Take(2).Select(seen => seen.Key));
        Assert.NotNull(hub.Seen[2].Key);
        Assert.Equal(hub.Seen[2].Key, hub.Seen[3].Key);
    }

    /// <summary>Links, keys and profiles have no idempotency key at the server: what may have been done is not done again.</summary>
    [Theory]
    [InlineData(HttpRequestError.ConnectionError, 2)]
    [InlineData(HttpRequestError.ResponseEnded, 1)]
    public async Task ChangeWithoutAKey_IsRepeatedOnlyWhenThereWasNoConnection(HttpRequestError how, int sent)
    {
        using var hub = new StubServer(StubServer.Break(how), StubServer.Error("key_not_found", 404));

        var error = await Assert.ThrowsAsync<TenantHubException>(() =>
            hub.Client.Keys.RevokeAsync("key_1", TestContext.Current.CancellationToken)
        );

        Assert.Equal(sent, hub.Seen.Count);
        Assert.Equal(sent == 1 ? TenantHubException.Unreachable : "key_not_found", error.Code);
    }

    [Fact]
    public async Task WaitPastTheCallersTime_IsNotWaited()
    {
        using var hub = new StubServer(StubServer.Error("quota_exceeded", 429, retryAfter: 31));

        var error = await Assert.ThrowsAsync<TenantHubException>(() =>
            hub.Client.Account("acc_1").RunAsync(Read, cancellationToken: TestContext.Current.CancellationToken)
        );

        Assert.Equal(TimeSpan.FromSeconds(31), error.RetryAfter);
        Assert.Single(hub.Seen);
    }

    /// <summary>A gateway tells the wait as a date, too, and its 429 is given before anything is done.</summary>
    [Theory]
    [InlineData("Thu, 01 Jan 2026 00:00:00 GMT", 2)] // It has passed.
    [InlineData("Fri, 31 Dec 9999 00:00:00 GMT", 1)]
    public async Task TooManyRequestsOfAGateway_AreRepeatedAfterItsTime(string retryAfter, int sent)
    {
        using var hub = new StubServer(TooMany, StubServer.Answer("[]"));

        var failed = await Record.ExceptionAsync(() =>
            hub.Client.Keys.ListAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken).AsTask()
        );

        Assert.Equal(sent, hub.Seen.Count);
        Assert.Equal(sent == 1, (failed as TenantHubException)?.RetryAfter > TimeSpan.FromDays(1));

        HttpResponseMessage TooMany()
        {
            var answer = StubServer.Answer("<html>Slow down</html>", HttpStatusCode.TooManyRequests)();
            answer.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
            return answer;
        }
    }

    [Fact]
    public async Task MaxWait_IsToldToTheServer()
    {
        using var hub = new StubServer(Good, Good);
        var account = hub.Client.Account("acc_1");

        await account.RunAsync(
            Read,
            options: new ActionOptions { MaxWait = TimeSpan.FromSeconds(7.9) },
            cancellationToken: TestContext.Current.CancellationToken
        );
        await account.RunAsync(
            Write,
            options: new ActionOptions { IdempotencyKey = "order-4711", MaxWait = TimeSpan.Zero },
            cancellationToken: TestContext.Current.CancellationToken
        );

        Assert.Equal([("wait=7", null), ("wait=0", "order-4711")], hub.Seen.Select(seen => (seen.Prefer, seen.Key)));
        Assert.Equal("https://hub.example.com/base/actions/rpc", hub.Seen[0].Address.AbsoluteUri);
    }

    /// <summary>The repeats end, and the last error is the caller's.</summary>
    [Fact]
    public async Task LastError_IsTheCallers()
    {
        using var hub = new StubServer([.. Enumerable.Repeat(StubServer.Error("hub_unavailable", 503), 4)]);

        var error = await Assert.ThrowsAsync<TenantHubException>(() =>
            hub.Client.Account("acc_1").RunAsync(Read, cancellationToken: TestContext.Current.CancellationToken)
        );

        Assert.Equal((4, HttpStatusCode.ServiceUnavailable), (hub.Seen.Count, error.Status));
    }

    /// <summary>A file that can be read once only is sent once only.</summary>
    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task File_IsSentAgainWhenItCanBeReadAgain(bool canSeek, int sent)
    {
        using var hub = new StubServer(StubServer.Error("hub_unavailable", 503), Good);
        var file = new OnceStream("the bytes"u8.ToArray(), canSeek);

        var failed = await Record.ExceptionAsync(() =>
            hub
                .Client.Account("acc_1")
                .RunFileAsync(
                    AutodeskActions.UploadFileInProjectFolder,
                    new ActionInput(),
                    file,
                    cancellationToken: TestContext.Current.CancellationToken
                )
        );

        Assert.Equal(canSeek, failed is null);
        Assert.Equal(sent, hub.Seen.Count);
        Assert.All(hub.Seen, seen => Assert.Contains("the bytes", seen.Body, StringComparison.Ordinal));
    }

    private sealed class OnceStream(byte[] bytes, bool canSeek) : MemoryStream(bytes)
    {
        public override bool CanSeek => canSeek;
    }
}
