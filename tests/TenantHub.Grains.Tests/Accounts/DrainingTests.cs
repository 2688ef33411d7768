using Microsoft.Extensions.DependencyInjection;
using TenantHub.Actions;
using TenantHub.Quotas;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Accounts;

public sealed class DrainingTests : IAsyncLifetime
{
    private SiloCluster _hub = null!; // Of each test's own: there is no way back from draining.

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _hub = await SiloCluster.StartAsync();

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task RunningCall_IsFinished_WaitingAndNewOnesAreRefused()
    {
        var (account, _, clientId) = await _hub.LinkAsync();
        await _hub.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/hq" },
                kind = "latency",
                delay_ms = 5_000,
                times = 1,
            }
        );
        var running = account.RunActionAsync(new ActionRequest("autodesk_list_account_users"), Cancel);
        await Until.TrueAsync(() => _hub.Emulator.Delayed > 0, "a request is at Autodesk");
        var waiting = Enumerable
            .Range(0, 3)
            .Select(_ => account.RunActionAsync(new ActionRequest("autodesk_list_buckets"), Cancel))
            .ToList();
        await Until.TrueAsync(async () => (await account.GetLiveStateAsync())!.Lane.Waiting.Count >= 3, "3 calls wait");

        _hub.Silo.GetRequiredService<Draining>().Begin();
        var refused = await Task.WhenAll([.. waiting, account.RunActionAsync(new ActionRequest("autodesk_list_buckets"), Cancel)]);
        _hub.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.IsType<ActionResult.Succeeded>(await running);
        Assert.All(
            refused,
            result =>
            {
                var error = Assert.IsType<ActionResult.Failed>(result).Error;
                Assert.Equal((ErrorCode.HubUnavailable, TimeSpan.FromSeconds(1)), (error.Code, error.RetryAfter));
            }
        );
        Assert.DoesNotContain(
            await _hub.Emulator.JournalAsync(clientId),
            record => record.Path.StartsWith("/oss", StringComparison.Ordinal)
        );
    }

    /// <summary>A call that has its turn and waits for Autodesk's limit has sent nothing yet.</summary>
    [Fact]
    public async Task CallThatWaitsForAPermit_IsRefused()
    {
        var (account, _, clientId) = await _hub.LinkAsync();
        await _hub.Grains.GetGrain<IQuotaGrain>($"{clientId}|oss").SetLimitAsync(1);
        await account.RunActionAsync(new ActionRequest("autodesk_list_buckets"), Cancel);
        var call = account.RunActionAsync(new ActionRequest("autodesk_list_buckets") { MaxWait = TimeSpan.FromSeconds(100) }, Cancel);
        await Until.TrueAsync(
            async () => (await account.GetLiveStateAsync())!.Lane.Running is [{ Phase: CallPhase.Quota, Position: > 0 }],
            "the call waits for a permit"
        );

        _hub.Silo.GetRequiredService<Draining>().Begin();

        Assert.Equal(ErrorCode.HubUnavailable, Assert.IsType<ActionResult.Failed>(await call).Error.Code);
        Assert.Single(await _hub.Emulator.JournalAsync(clientId), record => record.Path.StartsWith("/oss", StringComparison.Ordinal));
    }

    /// <summary>A silo that is gone before it has answered leaves an administrator who does not know whether the account was
    /// changed.</summary>
    [Theory]
    [InlineData("link")]
    [InlineData("update")]
    [InlineData("verify")]
    [InlineData("resume")]
    [InlineData("rotate")]
    public async Task StoppingSilo_WaitsForAChangeThatRuns(string change)
    {
        var (account, _, _) = await _hub.LinkAsync();
        if (change is "resume")
            await account.SuspendAsync();
        var here = _hub.Silo.GetRequiredService<AccountsHere>();
        await _hub.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/" },
                kind = "latency",
                delay_ms = 5_000,
                times = 1,
            }
        );

        Task changed = change switch
        {
            "link" => _hub.LinkAsync(),
            "update" => account.UpdateAsync(new UpdateAccountRequest { Verify = true }, Cancel),
            "verify" => account.VerifyAsync(Cancel),
            "resume" => account.ResumeAsync(Cancel),
            _ => account.RotateCredentialsAsync(null, new Secret("another"), Cancel),
        };
        await Until.TrueAsync(() => _hub.Emulator.Delayed > 0, "a request is at Autodesk");
        var ended = here.EndAsync(TimeSpan.FromMinutes(10), _hub.Clock, Cancel);
        _hub.Clock.Advance(TimeSpan.FromSeconds(1));
        await _hub.Emulator.PauseAsync();

        Assert.False(ended.IsCompleted);
        await _hub.PassTimeUntilAsync(changed, account);
        await _hub.PassTimeUntilAsync(ended, account);
    }
}
