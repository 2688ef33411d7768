using TenantHub.Client;
using TenantHub.Client.Actions;
using Xunit;

namespace TenantHub.Server.Client;

/// <summary>One error of every source, as the server really gives it. What is done with each code is in RepeatTests.</summary>
public sealed class ClientErrorTests(ServerFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Caller_IsToldEachFieldOfItsInput()
    {
        var account = await fixture.LinkAsync();

        var error = await FailAsync(account, AutodeskActions.GetProject, new ActionInput());

        Assert.Equal((ErrorCodes.InvalidInput, ErrorSources.Caller, 400), (error.Code, error.Source, (int)error.Status!));
        Assert.Contains(error.Errors, fault => fault.Field.Contains("project_id", StringComparison.Ordinal));
        Assert.NotNull(error.NextStep);
        Assert.Matches("^[0-9a-f]{32}$", error.TraceId);
    }

    [Fact]
    public async Task WrongKey_IsUnauthenticated()
    {
        var error = await Assert.ThrowsAsync<TenantHubException>(() =>
            fixture.Client("no-such-key-0123456789").Accounts.ListAsync(cancellationToken: Token).FirstAsync(Token).AsTask()
        );

        Assert.Equal((ErrorCodes.Unauthenticated, 401), (error.Code, (int)error.Status!));
    }

    [Fact]
    public async Task AutodeskAuth_IsToldWithWhatTheAdminHasToDo()
    {
        var account = await fixture.LinkAsync(provisioned: false);

        var error = await FailAsync(account, AutodeskActions.ListAccountUsers);

        Assert.Equal((ErrorCodes.CustomIntegrationMissing, ErrorSources.AutodeskAuth), (error.Code, error.Source));
        Assert.Contains("Custom", error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AutodesksRefusal_HasItsAnswer()
    {
        var account = await fixture.LinkAsync();

        var error = await FailAsync(
            account,
            AutodeskActions.GetAccountUser,
            new ActionInput { Path = new Dictionary<string, string> { ["user_id"] = Guid.NewGuid().ToString() } }
        );

        Assert.Equal((ErrorCodes.AutodeskNotFound, ErrorSources.AutodeskApi, 404), (error.Code, error.Source, (int)error.Status!));
        Assert.Equal(404, Assert.Single(error.ProviderErrors).Status);
        Assert.NotNull(error.RequestId);
    }

    [Fact]
    public async Task Limit_SaysWhenToComeAgain()
    {
        var account = await fixture.LinkAsync();
        var hub = fixture.Client();
        var group = (await hub.Account(account.Id).PlanAsync(AutodeskActions.ListHubs, cancellationToken: Token)).Quota!.QuotaGroup;
        await hub.Quotas.SetAsync(account.ClientId, group, 1, Token);
        var now = new ActionOptions { MaxWait = TimeSpan.Zero };

        var error = await Assert.ThrowsAsync<TenantHubException>(async () =>
        {
            for (var i = 0; i < 5; i++)
                await hub.Account(account.Id).ListHubsAsync(options: now, cancellationToken: Token);
        });

        Assert.Equal((ErrorCodes.QuotaExceeded, ErrorSources.Hub, 429), (error.Code, error.Source, (int)error.Status!));
        Assert.True(error.RetryAfter > TimeSpan.Zero);
    }

    [Fact]
    public async Task KeyOfAnotherRequest_IsAConflict()
    {
        var account = await fixture.LinkAsync();
        var hub = fixture.Client().Account(account.Id);
        var options = new ActionOptions { IdempotencyKey = "order-4711" };

        await hub.CreateBucketAsync(new CreateBucketInput { Body = Bucket() }, options, Token);
        var error = await Assert.ThrowsAsync<TenantHubException>(() =>
            hub.CreateBucketAsync(new CreateBucketInput { Body = Bucket() }, options, Token)
        );

        Assert.Equal((ErrorCodes.IdempotencyKeyReused, 409, "order-4711"), (error.Code, (int)error.Status!, error.IdempotencyKey));
    }

    private static CreateBucketBody Bucket() => new() { BucketKey = "b-" + Guid.NewGuid().ToString("N")[..12], PolicyKey = "transient" };

    private Task<TenantHubException> FailAsync(Linked account, string action, ActionInput? input = null) =>
        Assert.ThrowsAsync<TenantHubException>(() =>
            fixture.Client().Account(account.Id).RunAsync(action, input, cancellationToken: Token)
        );
}
