using System.Net;
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
