using TenantHub.Actions;
using TenantHub.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Calls;

/// <summary>Whatever a call waits for before it is sent, it waits no longer than its caller.</summary>
public sealed class DeadlineTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private SiloCluster Hub => fixture.Hub;

    [Fact]
    public async Task SlowTokenEndpoint_HoldsACallNoLongerThanItsDeadline()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        Hub.Clock.Advance(TimeSpan.FromHours(2)); // No token is good any more.
        var (before, from) = (await SentAsync(), Hub.Clock.GetUtcNow());
        await Hub.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/authentication" },
                kind = "latency",
                delay_ms = 25_000,
                times = 1,
            }
        );

        var call = account.RunActionAsync(
            new ActionRequest("autodesk_list_buckets") { MaxWait = TimeSpan.FromSeconds(10) },
            TestContext.Current.CancellationToken
        );
        await Hub.PassTimeUntilAsync(call, account);

        var error = Assert.IsType<ActionResult.Failed>(await call).Error;
        Assert.Equal((ErrorCode.DeadlineExceeded, ErrorSource.AutodeskAuth), (error.Code, error.Source));
        Assert.True(Hub.Clock.GetUtcNow() - from < TimeSpan.FromSeconds(25), "the call has waited for the token endpoint");
        Assert.Equal(before, await SentAsync());

        async Task<int> SentAsync() =>
            (await Hub.Emulator.JournalAsync(clientId)).Count(record => record.Path.StartsWith("/oss", StringComparison.Ordinal));
    }
}
