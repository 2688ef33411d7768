using System.Net;
using TenantHub.Client.Actions;
using Xunit;

namespace TenantHub.Client.Http;

/// <summary>What callers get to know of a failure.</summary>
public sealed class ErrorTests
{
    [Fact]
    public async Task Error_HasAllThatTheServerSaid()
    {
        using var hub = new StubServer(StubServer.Error("invalid_input", 400, retryAfter: null, source: "caller"));

        var error = await FailAsync(hub);

        Assert.Equal((HttpStatusCode.BadRequest, ErrorCodes.InvalidInput, ErrorSources.Caller), (error.Status, error.Code, error.Source));
        Assert.Equal(("What happened.", "What to do.", "0af7", null), (error.Detail, error.NextStep, error.TraceId, error.RetryAfter));
        Assert.Equal("What happened. What to do.", error.Message);
        Assert.Equal([new FieldFault("path.project_id", "is required.")], error.Errors);
        var provider = Assert.Single(error.ProviderErrors);
        Assert.Equal((404, "/x", 1), (provider.Status, provider.Url, provider.Raw!.Value.GetProperty("a").GetInt32()));
    }

    [Theory]
    [InlineData("<html>Bad gateway</html>", 404)]
    [InlineData("", 301)]
    [InlineData("[1]", 403)]
    [InlineData("""{"code": 7}""", 400)]
    public async Task AnswerOfSomethingBetween_IsNoErrorOfTenantHub(string body, int status)
    {
        using var hub = new StubServer(StubServer.Answer(body, (HttpStatusCode)status));

        var error = await FailAsync(hub);

        Assert.Equal((TenantHubException.Unreachable, TenantHubException.Network, status), (error.Code, error.Source, (int)error.Status!));
        Assert.NotNull(error.NextStep);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("""{"id": 7}""")]
    public async Task SuccessThatIsNotTenantHubs_IsAnError(string body)
    {
        using var hub = new StubServer(StubServer.Answer(body));

        Assert.Equal(TenantHubException.Unreachable, (await FailAsync(hub)).Code);
    }

    /// <summary>What a write has done is not known when the answer is not TenantHub's: its key and what to do are told.</summary>
    [Theory]
    [InlineData("null", 200)]
    [InlineData("", 200)]
    [InlineData("<html>Sign in</html>", 200)]
    [InlineData("<html>Bad gateway</html>", 502)]
    [InlineData("", 500)]
    public async Task WriteWhoseAnswerIsNotTenantHubs_KeepsItsKey_AndMayHaveBeenCarriedOut(string body, int status)
    {
        using var hub = new StubServer([.. Enumerable.Repeat(StubServer.Answer(body, (HttpStatusCode)status), 4)]);

        var error = await Assert.ThrowsAsync<TenantHubException>(() =>
            hub
                .Client.Account("acc_1")
                .RunAsync(
                    AutodeskActions.CreateBucket,
                    options: new() { IdempotencyKey = "order-4711" },
                    cancellationToken: TestContext.Current.CancellationToken
                )
        );

        Assert.Equal(("order-4711", status), (error.IdempotencyKey, (int)error.Status!));
        Assert.Contains("may have been carried out", error.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acc_x\r\nX-Injected: 1\r\n\r\nDELETE /accounts/acc_1")]
    [InlineData("acc_\u00fc")]
    [InlineData(" acc_1")]
    public void AccountIdThatIsNoHeader_IsRefused(string id)
    {
        using var hub = new StubServer();

        Assert.Throws<ArgumentException>(() => hub.Client.Account(id));
    }

    [Theory]
    [InlineData("k\r\nX-Injected: 1")]
    [InlineData("gr\u00fcn")]
    [InlineData("k ")]
    public async Task IdempotencyKeyThatIsNoHeader_IsRefused_AndNothingIsSent(string key)
    {
        using var hub = new StubServer();
        var account = hub.Client.Account("acc_1");

        await Assert.ThrowsAsync<ArgumentException>(() =>
            account.RunAsync(
                AutodeskActions.CreateBucket,
                options: new() { IdempotencyKey = key },
                cancellationToken: TestContext.Current.CancellationToken
            )
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            account.Files.BeginUploadAsync(
                new()
                {
                    ProjectId = "p",
                    FolderId = "f",
                    FileName = "n",
                },
                key,
                TestContext.Current.CancellationToken
            )
        );
        Assert.Empty(hub.Seen);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(121)]
    [InlineData(3600)]
    public void MaxWaitThatIsNotAllowed_IsRefused(int seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ActionOptions { MaxWait = TimeSpan.FromSeconds(seconds) });

    [Fact]
    public async Task Cancellation_IsTheCallersOwn()
    {
        using var hub = new StubServer();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            hub.Client.Account("acc_1").GetAsync(new CancellationToken(canceled: true))
        );
    }

    [Fact]
    public void Secrets_AreNotPrinted()
    {
        const string Secret = "the-secret";

        Assert.DoesNotContain(Secret, new Accounts.AppCredentials("id", Secret).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            Secret,
            new Keys.CreatedKey(
                Secret,
                new Keys.ApiKeyDetails
                {
                    Id = "key_1",
                    Name = "n",
                    Role = "backend",
                }
            ).ToString(),
            StringComparison.Ordinal
        );
    }

    private static Task<TenantHubException> FailAsync(StubServer hub) =>
        Assert.ThrowsAsync<TenantHubException>(() => hub.Client.Account("acc_1").GetAsync(TestContext.Current.CancellationToken));
}
